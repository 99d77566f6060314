/**
 * The language: tensors as graph nodes, operations, blocks, parameters, and the interpretations of a graph.
 * not:   engines (`molt/dsl/reference`, `molt/dsl/tfjs`).
 */
export type { Backend, Bindings, Destinations, Measured, Program, Value } from './backend.ts';
export * from './block.ts';
export { check } from './check.ts';
export * from './compose.ts';
export * from './cost/index.ts';
export * from './expr.ts';
export { grad, type Gradient } from './grad.ts';
export { closeGraph, type Graph } from './graph.ts';
export * from './init.ts';
export { isCanonical, lower } from './lower.ts';
export * as nodes from './build.ts';
export { constant as constantNode, fill as fillNode, input as inputNode, node, parameter as parameterNode } from './node.ts';
export * from './ops/index.ts';
export * from './parameters.ts';
export * from './safetensors/index.ts';
export { planOf } from './plan.ts';
export { type Level, print, type PrintFormat } from './print.ts';
export * as random from './random.ts';
export { bufferOf, type Plan, schedule } from './schedule.ts';
export { unwrap, wrap } from './typed.ts';
