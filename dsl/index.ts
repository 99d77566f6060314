/**
 * The language: tensors as graph nodes, operations, blocks, parameters, and the interpretations of a graph.
 * not:   engines (`molt/dsl/reference`, `molt/dsl/tfjs`).
 */
export type { Backend, Bindings, Destinations, Measured, Program, Value } from './backend.ts';
export * from './block.ts';
export { check } from './check.ts';
export * from './compose.ts';
export { contract, type Contracted } from './contract/index.ts';
export { carried, type Contraction, contractionOrder, members, type Order, pairCost } from './contract/order.ts';
export * from './cost/index.ts';
export * from './expr.ts';
export { fuse, type Fused } from './fuse.ts';
export { grad, type Gradient } from './grad.ts';
export { closeGraph, type Graph } from './graph.ts';
export * from './init.ts';
export { interner, type Interner } from './intern.ts';
export { isCanonical, lower, plainTarget, type Target } from './lower.ts';
export * as nodes from './build.ts';
export { constant as constantNode, fill as fillNode, input as inputNode, node, parameter as parameterNode } from './node.ts';
export * from './ops/index.ts';
export * from './optim/index.ts';
export * from './parameters.ts';
export * from './safetensors/index.ts';
export { planned, type Planned, planOf, type PlanOptions } from './plan.ts';
export { recompute, recomputeDefaults, type Recomputed, type RecomputeOptions } from './recompute.ts';
export { type Level, print, type PrintFormat } from './print.ts';
export * as random from './random.ts';
export { bufferOf, type Plan, schedule } from './schedule.ts';
export { type RuleName, rules as simplifyRules, type Simplified, simplify, simplifyBy, tidy } from './simplify/index.ts';
export { substitute } from './substitute.ts';
export { unwrap, wrap } from './typed.ts';
