/**
 * Residents: values that stay on the device for the life of a program.
 * idea:  a node that depends only on resident parameters and constants has one value for ever: it is computed at compile
 *        time, and only what a run still reads of it is kept. A frozen trunk is prepared once, not at every batch.
 * laws:  a run gives what it gives with the same weights bound; nothing is left when the program is disposed
 * not:   which nodes those are (dsl/residents.ts).
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, faultOf, raise, type Fault } from '../../../shapes/fault.ts';
import type { Value } from '../../backend.ts';
import { is, type Node } from '../../expr.ts';
import { foldedNodes, isFixed, readByRun } from '../../residents.ts';
import type { Plan } from '../../schedule.ts';
import { checkLeaf } from '../bindings.ts';
import type { Device } from './device.ts';
import type { Handle } from './kernels.ts';
import { compute, isComputed, place, upload } from './step.ts';

export interface Residents {
  /** alive until the program is disposed */
  readonly handles: ReadonlyMap<Node, Handle>;
  /** nodes that a run does not make: the residents, and what only they needed */
  readonly done: ReadonlySet<Node>;
}

/** Uploads and computes what is folded, in the order of the plan. errors: those of a resident parameter; Memory */
const settled = (plan: Plan, device: Device, resident: ReadonlyMap<string, Value>, folded: ReadonlySet<Node>, kept: ReadonlySet<Node>): E.Either<Fault, ReadonlyMap<Node, Handle>> => {
  const handles = new Map<Node, Handle>();
  const fixedFor = new Set([...folded].flatMap((node) => node.operands.filter(isFixed)));
  const handleOf = (node: Node): Handle => handles.get(node) ?? raise(fault('Defect', place(node), ['its value is gone'], 'a value kept until its last use', 'please report this'));
  const make = (node: Node): Handle => {
    if (isComputed(node)) return compute(node, node.operands.map(handleOf), device);
    const data = is('constant', node) ? node.params.data : is('parameter', node) ? resident.get(node.params.name)?.data : undefined;
    return data === undefined ? raise(fault('Defect', place(node), ['no value'], 'a resident parameter', 'please report this')) : upload(node, data, device);
  };
  const release = (node: Node): void => {
    handles.get(node)?.dispose();
    handles.delete(node);
  };
  try {
    plan.steps.forEach((node, step) => {
      if (folded.has(node) || fixedFor.has(node)) {
        const handle = make(node);
        handles.set(node, handle);
        if (device.broken(handle)) raise(fault('Memory', place(node), ['an allocation failed on the device'], 'free WebAssembly memory', 'a smaller model, or a fresh process'));
      }
      for (const freed of plan.frees[step] ?? []) if (!(folded.has(freed) && kept.has(freed))) release(freed);
    });
    for (const node of fixedFor) release(node);
    return E.right(handles);
  } catch (thrown) {
    for (const handle of handles.values()) handle.dispose();
    return E.left(faultOf(device.name, thrown));
  }
};

/** The residents of a plan, checked, on the device. */
export const settle = (plan: Plan, device: Device, resident: ReadonlyMap<string, Value>): E.Either<Fault, Residents> => {
  for (const node of plan.steps) {
    const value = is('parameter', node) ? resident.get(node.params.name) : undefined;
    if (value === undefined || !is('parameter', node)) continue;
    const checked = checkLeaf(node, value);
    if (E.isLeft(checked)) return checked;
  }
  const folded = foldedNodes(plan, new Set(resident.keys()));
  const read = readByRun(plan, folded);
  const idle = plan.steps.filter((node) => folded.has(node) || (isFixed(node) && !read.has(node)));
  return E.map((handles: ReadonlyMap<Node, Handle>): Residents => ({ handles, done: new Set(idle) }))(settled(plan, device, resident, folded, read));
};
