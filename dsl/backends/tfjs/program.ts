/**
 * Program: a plan on a device: compiled once, run many times.
 * idea:  handles live exactly as long as the plan says; whatever happens, none is left when a run ends.
 *        What depends on resident weights alone was made at compile time (residents).
 * laws:  after a run tf.memory() is what it was; values are copies, so they outlive the program
 * not:   numbers. Rows compute, this walks.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, raise, type Fault } from '../../../shapes/fault.ts';
import type { Bindings, Destinations, Measured, Program, Value } from '../../backend.ts';
import { elements, is, type Node } from '../../expr.ts';
import { bufferOf, type Plan } from '../../schedule.ts';
import { bindPlan, delivered } from '../bindings.ts';
import type { Device } from './device.ts';
import { makeCurrent } from './devices.ts';
import { footprint } from './footprint.ts';
import { bytes, type Handle } from './kernels.ts';
import { type Residents, settle } from './residents.ts';
import { compute, isComputed, obstacle, place, upload } from './step.ts';

const memoryFault = (worst: number, live: number, limit: number): Fault =>
  fault('Memory', 'tfjs-wasm', [`${Math.ceil((worst + live) / 2 ** 20)} MiB at the worst step, ${Math.ceil(live / 2 ** 20)} MiB of them in use before`], `at most ${Math.floor(limit / 2 ** 20)} MiB of WebAssembly memory`, 'a smaller batch, or another backend');

/** Bytes of distinct buffers. */
const heldBytes = (handles: Iterable<Handle>): number => [...new Map([...handles].map((handle) => [handle.dataId, bytes(handle)])).values()].reduce((a, b) => a + b, 0);

/** Bytes that tfjs counts twice: it counts a buffer once for each handle, so all but one handle of a buffer are taken off. */
const sharing = (device: Device) => {
  const holders = new Map<object, number>();
  let shared = 0;
  const change = (by: 1 | -1) => (node: Node, handle: Handle): void => {
    const buffer = device.sharesUnseen ? bufferOf(node) : handle.dataId;
    const before = holders.get(buffer) ?? 0;
    if (before + by === 0) holders.delete(buffer);
    else holders.set(buffer, before + by);
    shared += bytes(handle) * (Math.max(0, before + by - 1) - Math.max(0, before - 1));
  };
  return { enter: change(1), leave: change(-1), bytes: (): number => shared };
};

/** A copy of a value, straight into `to` where the device's memory can be seen. */
const read = async (node: Node, handle: Handle, device: Device, to: Float32Array | undefined): Promise<Value> => {
  if (to !== undefined && device.view !== undefined && to.length === elements(node.sizes)) {
    to.set(device.view(handle));
    return { sizes: node.sizes, dtype: node.dtype, data: to };
  }
  const data = await handle.data();
  return { sizes: node.sizes, dtype: node.dtype, data: device.readsShare ? data.slice() : data };
};

interface Ran {
  readonly handles: ReadonlyMap<Node, Handle>;
  readonly measured: Measured;
}

/** All steps; the outputs' handles are alive at the end, nothing else is. */
const walk = (plan: Plan, device: Device, values: ReadonlyMap<Node, Value>, { handles: residents, done }: Residents, observe: boolean): Ran => {
  const start = tf.memory();
  const held = observe ? heldBytes(residents.values()) : 0;
  const handles = new Map<Node, Handle>();
  const shares = sharing(device);
  if (observe) for (const [node, handle] of residents) shares.enter(node, handle);
  const handleOf = (node: Node): Handle => handles.get(node) ?? residents.get(node) ?? raise(fault('Defect', place(node), ['its value is gone'], 'a value kept until its last use', 'please report this'));
  const make = (node: Node): Handle => {
    if (isComputed(node)) return compute(node, node.operands.map(handleOf), device);
    const data = is('constant', node) ? node.params.data : values.get(node)?.data;
    return data === undefined ? raise(fault('Defect', place(node), ['no value'], 'a bound leaf', 'please report this')) : upload(node, data, device);
  };
  let peakBytes = 0;
  try {
    plan.steps.forEach((node, step) => {
      if (!done.has(node)) {
        const handle = make(node);
        handles.set(node, handle);
        if (device.broken(handle)) raise(fault('Memory', place(node), ['an allocation failed on the device'], 'free WebAssembly memory', 'a smaller batch, or a fresh process'));
      }
      const own = handles.get(node);
      if (observe && own !== undefined) shares.enter(node, own);
      if (observe) peakBytes = Math.max(peakBytes, held + tf.memory().numBytes - shares.bytes() - start.numBytes);
      for (const freed of plan.frees[step] ?? []) {
        const gone = handles.get(freed);
        if (gone === undefined) continue;
        if (observe) shares.leave(freed, gone);
        gone.dispose();
        handles.delete(freed);
      }
    });
  } catch (thrown) {
    for (const handle of handles.values()) handle.dispose();
    throw thrown;
  }
  return { handles, measured: { peakBytes, leaked: tf.memory().numTensors - start.numTensors - new Set([...handles.values()]).size } };
};

const start = (plan: Plan, device: Device, bindings: Bindings, residents: Residents, observe: boolean): E.Either<Fault, Ran> => {
  const bound = bindPlan(plan, bindings, residents.done);
  if (E.isLeft(bound)) return bound;
  const current = makeCurrent(device);
  if (E.isLeft(current)) return current;
  const live = tf.memory().numBytes;
  const worst = footprint(plan, device.packs);
  if (device.heapLimit !== undefined && worst + live > device.heapLimit) return E.left(memoryFault(worst, live, device.heapLimit));
  return E.tryCatch(() => walk(plan, device, bound.right, residents, observe), (thrown) => faultOf(device.name, thrown));
};

const perform = (plan: Plan, device: Device, residents: Residents, observe: boolean) => (bindings: Bindings, into: Destinations = []): TE.TaskEither<Fault, { readonly values: readonly Value[]; readonly measured: Measured }> => async () => {
  const ran = start(plan, device, bindings, residents, observe);
  if (E.isLeft(ran)) return ran;
  const { handles, measured } = ran.right;
  try {
    const values = await Promise.all(plan.outputs.map((node, i) => {
      const handle = handles.get(node) ?? residents.handles.get(node);
      return handle === undefined ? raise(fault('Defect', place(node), ['its value is gone'], 'an output', 'please report this')) : read(node, handle, device, into[i]);
    }));
    return E.right({ values, measured });
  } catch (thrown) {
    return E.left(faultOf(device.name, thrown));
  } finally {
    for (const handle of handles.values()) handle.dispose();
  }
};

/** Every obstacle of a plan at once. */
const refusal = (plan: Plan, device: Device): Fault | undefined => {
  const obstacles = plan.steps.flatMap((node) => {
    const why = isComputed(node) ? obstacle(node, device) : undefined;
    return why === undefined ? [] : [`${place(node)}: ${why}`];
  });
  if (obstacles.length > 0) return fault('Unsupported', device.name, obstacles, 'primitives that this engine computes', 'another backend, for instance reference');
  const worst = footprint(plan, device.packs);
  return device.heapLimit !== undefined && worst > device.heapLimit ? memoryFault(worst, 0, device.heapLimit) : undefined;
};

/** Errors: Unsupported (all nodes that the device can't compute), Memory, and those of a resident parameter. */
export const compile = (device: Device, plan: Plan, resident: ReadonlyMap<string, Value>): E.Either<Fault, Program> => {
  const refused = refusal(plan, device);
  if (refused !== undefined) return E.left(refused);
  const current = makeCurrent(device);
  if (E.isLeft(current)) return current;
  return E.map((residents: Residents): Program => ({
    run: (bindings, into = []) => TE.chainEitherK((r: { readonly values: readonly Value[] }) => delivered(r.values, into))(perform(plan, device, residents, false)(bindings, into)),
    measure: (bindings) => perform(plan, device, residents, true)(bindings),
    dispose: () => {
      for (const handle of residents.handles.values()) handle.dispose();
    },
  }))(settle(plan, device, resident));
};
