/**
 * Side: one training step, predicted, then measured on one engine; a process of its own, so that its resident bytes are its own.
 * idea:  memory does not depend on the numbers, so an engine that copies its weights is given views of one array; what the process grows by is then
 *        the engine's own.
 * not:   time, and the optimiser's step.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Bindings, elements, is, type Plan, savedOf, type Value } from '../../dsl/index.ts';
import { engine } from '../../molt/train/engine.ts';
import { configsOf } from '../../molt/variants/backbones.ts';
import { decodeVariant } from '../../molt/variants/codec.ts';
import { writtenStep } from '../../molt/variants/memory.ts';
import { systemOf } from '../../molt/variants/system.ts';
import { betweenIn, peakOf } from '../../proofs/dsl/ballast.ts';
import { held } from '../held.ts';
import { memoryNow } from '../serve.ts';
import { type MeasuredMemory, readPython } from './results.ts';

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

const [, , file = 'null', batch = '', engineName = '', root = '.'] = process.argv;
const variant = held(decodeVariant('bench', JSON.parse(file)));
const system = held(systemOf(variant, Number(batch)));
const step = writtenStep(system);
const { plan, forward } = step;
const predicted = { peak: plan.peakBytes, saved: savedOf(plan, forward).total };

/** One of our engines: its own count, and the growth of this process. */
const ours = async (): Promise<MeasuredMemory> => {
  const backend = held(await engine(engineName, {})());
  const before = memoryNow();
  const given = bindings(plan, engineName === 'ort-node');
  const peak = held(await peakOf(backend, plan, given)());
  const after = memoryNow();
  // a ballast that leaves a tenth of what is saved to be missed: less than that is told as a tenth too little
  const { between, beside } = held(await betweenIn(backend, step, given, predicted.peak - 0.9 * predicted.saved)());
  return { predicted, measured: { peak, saved: between - beside }, process: { before: before.now, peak: after.peak } };
};

/** PyTorch on the same weights: what autograd keeps, and the growth of its process, which is all that is known of its greatest bytes. */
const pytorch = (): MeasuredMemory => {
  const { backbones, features } = variant;
  const job = {
    adapter: variant.adapter.kind === 'lavish' ? 'LAVisH' : 'MoLT', batch: Number(batch), variant: { adapter: variant.adapter, features },
    ...(backbones === undefined ? {} : configsOf(backbones)), declared: system.declared.filter((d) => d.buffer !== true).map(({ name, sizes, trainable }) => ({ name, sizes, trainable })),
  };
  const ran = spawnSync(process.env['MOLT_PYTHON'] ?? 'python3', [join(root, 'bench', 'peers', 'pytorch_memory.py')], { input: JSON.stringify(job), encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`python: ${ran.stderr.trim().split('\n').at(-1) ?? ''}`);
  const { before, peak, saved } = readPython(ran.stdout);
  return { predicted, measured: { peak: peak - before, saved }, process: { before, peak } };
};

process.stdout.write(`${JSON.stringify(engineName === 'pytorch' ? pytorch() : await ours())}\n`);
process.exit(0);
