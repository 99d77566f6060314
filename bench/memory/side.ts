/**
 * Side: one training step, predicted, then measured on one engine; a process of its own, so that its resident bytes are its own.
 * idea:  memory does not depend on the numbers, so an engine that copies its weights is given views of one array; what the process grows by is then
 *        the engine's own.
 * not:   time, and the optimiser's step.
 */
import { type Bindings, elements, is, type Plan, savedOf, type Value } from '../../dsl/index.ts';
import { engine } from '../../molt/train/engine.ts';
import { decodeVariant } from '../../molt/variants/codec.ts';
import { writtenStep } from '../../molt/variants/memory.ts';
import { systemOf } from '../../molt/variants/system.ts';
import { betweenIn, peakOf } from '../../proofs/dsl/ballast.ts';
import { held } from '../held.ts';
import { memoryNow } from '../serve.ts';
import type { MeasuredMemory } from './results.ts';

/** The leaves of a plan; views of one array, or each an array of its own where the engine reads them in place. Indices are 0. */
const bindings = (plan: Plan, apart: boolean): Bindings => {
  const leaves = plan.steps.filter((n) => is('input', n) || is('parameter', n));
  const pool = Float32Array.from({ length: Math.max(0, ...leaves.map((n) => elements(n.sizes))) }, (_, i) => 0.02 * Math.sin(i));
  const few = (count: number): Float32Array => (apart ? pool.slice(0, count) : pool.subarray(0, count));
  const value = ({ sizes, dtype }: Plan['steps'][number]): Value => ({ sizes, dtype, data: dtype === 'i32' ? new Int32Array(elements(sizes)) : few(elements(sizes)) });
  return {
    inputs: new Map(leaves.flatMap((n) => (is('input', n) ? [[n.params.name, value(n)] as const] : []))),
    parameters: new Map(leaves.flatMap((n) => (is('parameter', n) ? [[n.params.name, value(n)] as const] : []))),
  };
};

const [, , variant = 'null', batch = '', engineName = ''] = process.argv;
const system = held(systemOf(held(decodeVariant('bench', JSON.parse(variant))), Number(batch)));
const step = writtenStep(system);
const { plan, forward } = step;
const predicted = { peak: plan.peakBytes, saved: savedOf(plan, forward).total };
const backend = held(await engine(engineName, {})());
const before = memoryNow();
const given = bindings(plan, engineName === 'ort-node');
const peak = held(await peakOf(backend, plan, given)());
const after = memoryNow();
// a ballast that leaves a tenth of what is saved to be missed: less than that is told as a tenth too little
const { between, beside } = held(await betweenIn(backend, step, given, predicted.peak - 0.9 * predicted.saved)());
const found: MeasuredMemory = { predicted, measured: { peak, saved: between - beside }, process: { before: before.now, peak: after.peak } };
process.stdout.write(`${JSON.stringify(found)}\n`);
process.exit(0);
