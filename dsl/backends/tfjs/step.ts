/**
 * Step: one node of a plan on a device.
 * not:   lifetimes; whoever asks for a handle disposes it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fault, raise } from '../../../shapes/fault.ts';
import { is, type Data, type ElementType, type Node, type Primitive } from '../../expr.ts';
import type { Device } from './device.ts';
import { tfTypes, type Handle } from './kernels.ts';
import { rows, type Row, type Uploaded } from './rows.ts';

export type Computed = Exclude<Primitive, Uploaded>;

const isUploaded = (node: Node): node is Node<Uploaded> => is('input', node) || is('parameter', node) || is('constant', node);
export const isComputed = (node: Node): node is Node<Computed> => !isUploaded(node);

export const place = (node: Node): string => `${node.primitive} ${node.dtype} [${node.sizes.join(', ')}]${node.path === '' ? '' : ` at ${node.path}`}`;

/** Why a node can't run here, if so. */
export const obstacle = <P extends Computed>(node: Node<P>, device: Device): string | undefined => {
  const row: Row<P> = rows[node.primitive];
  if ('unsupported' in row) return row.unsupported;
  const kernels = typeof row.kernels === 'function' ? row.kernels(node) : row.kernels;
  const missing = kernels.filter((name) => tf.getKernel(name, device.engine) === undefined);
  return missing.length > 0 ? `engine ${device.engine} has no kernel ${missing.join(', ')}` : row.refuse?.(node, device);
};

export const compute = <P extends Computed>(node: Node<P>, operands: readonly Handle[], device: Device): Handle => {
  const row: Row<P> = rows[node.primitive];
  return 'unsupported' in row ? raise(fault('Unsupported', place(node), [row.unsupported], 'a primitive with a kernel')) : row.compute(node, operands, device);
};

/** Host data in the array class of the device, as its own copy where it might be shared. */
const hostData = (dtype: ElementType, data: Data, device: Device): Data =>
  dtype === 'f32' && data instanceof Float64Array ? Float32Array.from(data) : device.readsShare ? data.slice() : data;

export const upload = (node: Node, data: Data, device: Device): Handle => {
  const host = hostData(node.dtype, data, device);
  return host instanceof Float64Array
    ? raise(fault('Decode', place(node), ['double precision'], node.dtype))
    : tf.engine().makeTensor(host, [...node.sizes], tfTypes[node.dtype]);
};
