/**
 * Program: a plan on a device: compiled once, run many times.
 * idea:  handles live exactly as long as the plan says; whatever happens, none is left when a run ends.
 * laws:  after a run tf.memory() is what it was; values are copies, so they outlive the program
 * not:   numbers. Rows compute, this walks.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, raise, type Fault } from '../../../shapes/fault.ts';
import type { Bindings, Measured, Program, Value } from '../../backend.ts';
import { is, type Data, type ElementType, type Node, type Primitive } from '../../expr.ts';
import type { Plan } from '../../schedule.ts';
import { bindPlan, checkLeaf, delivered } from '../bindings.ts';
import type { Device } from './device.ts';
import { makeCurrent } from './devices.ts';
import { footprint } from './footprint.ts';
import { bytes, tfTypes, type Handle } from './kernels.ts';
import { rows, type Row, type Uploaded } from './rows.ts';

type Computed = Exclude<Primitive, Uploaded>;

const isUploaded = (node: Node): node is Node<Uploaded> => is('input', node) || is('parameter', node) || is('constant', node);
const isComputed = (node: Node): node is Node<Computed> => !isUploaded(node);

const place = (node: Node): string => `${node.primitive} ${node.dtype} [${node.sizes.join(', ')}]${node.path === '' ? '' : ` at ${node.path}`}`;

/** Why a node can't run here, if so. */
const obstacle = <P extends Computed>(node: Node<P>, device: Device): string | undefined => {
  const row: Row<P> = rows[node.primitive];
  if ('unsupported' in row) return row.unsupported;
  const kernels = typeof row.kernels === 'function' ? row.kernels(node) : row.kernels;
  const missing = kernels.filter((name) => tf.getKernel(name, device.engine) === undefined);
  return missing.length > 0 ? `engine ${device.engine} has no kernel ${missing.join(', ')}` : row.refuse?.(node, device);
};

const compute = <P extends Computed>(node: Node<P>, operands: readonly Handle[], device: Device): Handle => {
  const row: Row<P> = rows[node.primitive];
  return 'unsupported' in row ? raise(fault('Unsupported', place(node), [row.unsupported], 'a primitive with a kernel')) : row.compute(node, operands, device);
};

/** Host data in the array class of the device, as its own copy where it might be shared. */
const hostData = (dtype: ElementType, data: Data, device: Device): Data =>
  dtype === 'f32' && data instanceof Float64Array ? Float32Array.from(data) : device.readsShare ? data.slice() : data;

const upload = (node: Node, data: Data, device: Device): Handle => {
  const host = hostData(node.dtype, data, device);
  return host instanceof Float64Array
    ? raise(fault('Decode', place(node), ['double precision'], node.dtype))
    : tf.engine().makeTensor(host, [...node.sizes], tfTypes[node.dtype]);
};

const memoryFault = (plan: Plan, live: number, limit: number): Fault =>
  fault('Memory', 'tfjs-wasm', [`${Math.ceil((footprint(plan) + live) / 2 ** 20)} MiB at the worst step, ${Math.ceil(live / 2 ** 20)} MiB of them in use before`], `at most ${Math.floor(limit / 2 ** 20)} MiB of WebAssembly memory`, 'a smaller batch, or another backend');

/** Bytes of live buffers: tfjs counts a buffer once for each handle, so the other handles of this run are taken off. */
const liveBytes = (handles: Iterable<Handle>): number => {
  const seen = new Set<object>();
  let shared = 0;
  for (const handle of handles) {
    if (seen.has(handle.dataId)) shared += bytes(handle);
    seen.add(handle.dataId);
  }
  return tf.memory().numBytes - shared;
};

const read = async (node: Node, handle: Handle, device: Device): Promise<Value> => {
  const data = await handle.data();
  return { sizes: node.sizes, dtype: node.dtype, data: device.readsShare ? data.slice() : data };
};

interface Ran {
  readonly handles: ReadonlyMap<Node, Handle>;
  readonly measured: Measured;
}

/** All steps; the outputs' handles are alive at the end, nothing else is. */
const walk = (plan: Plan, device: Device, values: ReadonlyMap<Node, Value>, residents: ReadonlyMap<Node, Handle>, observe: boolean): Ran => {
  const start = tf.memory();
  const handles = new Map<Node, Handle>();
  const handleOf = (node: Node): Handle => handles.get(node) ?? residents.get(node) ?? raise(fault('Defect', place(node), ['its value is gone'], 'a value kept until its last use', 'please report this'));
  const make = (node: Node): Handle => {
    if (isComputed(node)) return compute(node, node.operands.map(handleOf), device);
    const data = is('constant', node) ? node.params.data : values.get(node)?.data;
    return data === undefined ? raise(fault('Defect', place(node), ['no value'], 'a bound leaf', 'please report this')) : upload(node, data, device);
  };
  let peakBytes = 0;
  try {
    plan.steps.forEach((node, step) => {
      if (!residents.has(node)) {
        const handle = make(node);
        handles.set(node, handle);
        if (device.broken(handle)) raise(fault('Memory', place(node), ['an allocation failed on the device'], 'free WebAssembly memory', 'a smaller batch, or a fresh process'));
      }
      if (observe) peakBytes = Math.max(peakBytes, liveBytes([...handles.values(), ...residents.values()]) - start.numBytes);
      for (const freed of plan.frees[step] ?? []) {
        handles.get(freed)?.dispose();
        handles.delete(freed);
      }
    });
  } catch (thrown) {
    for (const handle of handles.values()) handle.dispose();
    throw thrown;
  }
  return { handles, measured: { peakBytes, leaked: tf.memory().numTensors - start.numTensors - new Set([...handles.values()]).size } };
};

const start = (plan: Plan, device: Device, bindings: Bindings, residents: ReadonlyMap<Node, Handle>, observe: boolean): E.Either<Fault, Ran> => {
  const bound = bindPlan(plan, bindings, new Set(residents.keys()));
  if (E.isLeft(bound)) return bound;
  const current = makeCurrent(device);
  if (E.isLeft(current)) return current;
  const live = tf.memory().numBytes;
  if (device.heapLimit !== undefined && footprint(plan) + live > device.heapLimit) return E.left(memoryFault(plan, live, device.heapLimit));
  return E.tryCatch(() => walk(plan, device, bound.right, residents, observe), (thrown) => faultOf(device.name, thrown));
};

const perform = (plan: Plan, device: Device, residents: ReadonlyMap<Node, Handle>, observe: boolean) => (bindings: Bindings): TE.TaskEither<Fault, { readonly values: readonly Value[]; readonly measured: Measured }> => async () => {
  const ran = start(plan, device, bindings, residents, observe);
  if (E.isLeft(ran)) return ran;
  const { handles, measured } = ran.right;
  try {
    const values = await Promise.all(plan.outputs.map((node) => {
      const handle = handles.get(node) ?? residents.get(node);
      return handle === undefined ? raise(fault('Defect', place(node), ['its value is gone'], 'an output', 'please report this')) : read(node, handle, device);
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
  return device.heapLimit !== undefined && footprint(plan) > device.heapLimit ? memoryFault(plan, 0, device.heapLimit) : undefined;
};

/** Resident parameters of the plan, checked and uploaded. */
const settle = (plan: Plan, device: Device, resident: ReadonlyMap<string, Value>): E.Either<Fault, ReadonlyMap<Node, Handle>> => {
  const settled = new Map<Node, Handle>();
  for (const node of plan.steps) {
    const value = is('parameter', node) ? resident.get(node.params.name) : undefined;
    if (value === undefined || !is('parameter', node)) continue;
    const checked = E.chain(() => E.tryCatch(() => upload(node, value.data, device), (thrown) => faultOf(device.name, thrown)))(checkLeaf(node, value));
    if (E.isLeft(checked)) {
      for (const handle of settled.values()) handle.dispose();
      return checked;
    }
    settled.set(node, checked.right);
  }
  return E.right(settled);
};

/** Errors: Unsupported (all nodes that the device can't compute), Memory, and those of a resident parameter. */
export const compile = (device: Device, plan: Plan, resident: ReadonlyMap<string, Value>): E.Either<Fault, Program> => {
  const refused = refusal(plan, device);
  if (refused !== undefined) return E.left(refused);
  const current = makeCurrent(device);
  if (E.isLeft(current)) return current;
  return E.map((residents: ReadonlyMap<Node, Handle>): Program => ({
    run: (bindings, into = []) => TE.chainEitherK((r: { readonly values: readonly Value[] }) => delivered(r.values, into))(perform(plan, device, residents, false)(bindings)),
    measure: perform(plan, device, residents, true),
    dispose: () => {
      for (const handle of residents.values()) handle.dispose();
    },
  }))(settle(plan, device, resident));
};
