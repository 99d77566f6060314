/**
 * Ours: MoLT through its own API on one engine, named by the first argument: a training step, the fused tokens, or a Swin-V2 block.
 */
import { cpus } from 'node:os';
import { type Backend, elements, input, instantiate, type Node, planOf, type Program, savedOf, unwrap, type Value } from '../../dsl/index.ts';
import { type TrainedParameter, trainer, type TrainState, trainState } from '../../dsl/optim/index.ts';
import { timesD, withSizes } from '../../shapes/index.ts';
import { swinV2Block } from '../../molt/backbones/swinv2.ts';
import { windowing } from '../../molt/backbones/window.ts';
import { loadWeights } from '../../molt/weights/index.ts';
import { openSafetensors, readSafetensors } from '../../molt/io/safetensors.ts';
import { engine, factsOf, isEngine } from '../../molt/train/engine.ts';
import { trainStep } from '../../molt/train/loop.ts';
import { helperThreads } from '../../molt/train/threads.ts';
import { buildVariant } from '../../molt/variants/build.ts';
import { decodeMolt } from '../../molt/variants/codec.ts';
import { held } from '../held.ts';
import { learnerOf } from '../learner.ts';
import { type BlockJob, type Digest, digestOf, type MoltJob, type TrunkJob } from '../protocol.ts';
import { type Prepared, serve } from '../serve.ts';
import { configOf, trunkPlan } from '../trunk.ts';

type Values = ReadonlyMap<string, Value>;
const tensorsOf = async (path: string): Promise<Values> => held(await readSafetensors(path)()).tensors;
const digests = (names: readonly string[], values: readonly Value[]): Readonly<Record<string, Digest>> =>
  Object.fromEntries(names.flatMap((name, i) => { const value = values[i]; return value === undefined ? [] : [[name, digestOf(value.data)] as const]; }));

/** Threads that an engine uses here; some have one, whatever is asked for. */
const threadsOf = (name: string, asked: number): number => (isEngine(name) && factsOf(name).threads === 'several' ? Math.min(asked, cpus().length) : 1);

/** Plans for an engine say what its matrix products read. */
const planFor = (backend: Backend, roots: readonly Node[]) => planOf(roots, backend.target === undefined ? {} : { target: backend.target });

const described = (backend: Backend, threads: number, notes: readonly string[]) => ({
  versions: { node: process.versions.node }, threads: threadsOf(backend.name, threads), notes,
});

/** Zeros that nothing has touched take no memory; the weights follow one by one, so that they never exist twice. */
const blank = (parameters: readonly TrainedParameter[]): TrainState => trainState(new Map(parameters.map(({ name, sizes }) => [name, new Float32Array(elements(sizes))])));
const fill = async (weights: Values, path: string): Promise<void> => {
  const file = held(await openSafetensors(path)());
  for (const [name, { data }] of weights) if (data instanceof Float32Array) data.set(held(await file.tensor(name)()).data);
  await file.close();
};

const step = async (backend: Backend, job: MoltJob): Promise<Prepared> => {
  const { learner } = learnerOf(job);
  const threads = threadsOf(backend.name, job.threads);
  const plan = trainStep(learner, job.batch, { target: backend.target });
  const training = held(await trainer(backend, plan, blank(plan.trained), { name: 'bench', adam: job.adam, threads: threads > 1 ? helperThreads(threads - 1) : undefined, clock: () => performance.now() })());
  await fill(training.weights, job.weights);
  const inputs = await tensorsOf(job.inputs);
  const once = async (): Promise<number> => held(await training.step(inputs, job.adam.rate)())[0] ?? Number.NaN;
  return {
    ...described(backend, job.threads, []),
    saved: savedOf(plan.plan, plan.reports).total,
    check: async () => {
      const first = await once();
      const tensors = Object.fromEntries([...training.gradients()].map(([name, g]) => [name, digestOf(g)]));
      return { tensors, losses: [first, await once()] };
    },
    iterate: async () => {
      await once();
      const { run, update } = training.times();
      return { 'forward and backward': run, AdamW: update };
    },
  };
};

/** What runs a program without state: its outputs are checked, its iterations are timed. */
const inference = (backend: Backend, threads: number, program: Program, inputs: Values, names: readonly string[]): Prepared => {
  const once = async () => held(await program.run({ inputs, parameters: new Map() })());
  return {
    ...described(backend, threads, ['weights resident']), saved: null,
    check: async () => ({ losses: [], tensors: digests(names, await once()) }),
    iterate: async () => { await once(); return {}; },
  };
};

const forward = async (backend: Backend, job: MoltJob): Promise<Prepared> => {
  const { outputs } = held(buildVariant(held(decodeMolt('bench', job.variant)))).outputs(job.batch);
  const names = ['fused.visual', 'fused.audio'];
  const plan = planFor(backend, names.flatMap((name) => { const node = outputs.get(name); return node === undefined ? [] : [node]; }));
  const resident = new Map([...(await tensorsOf(job.weights))].filter(([name]) => !name.startsWith('head.')));
  return inference(backend, job.threads, held(await backend.compile(plan, resident)()), await tensorsOf(job.inputs), names);
};

const block = async (backend: Backend, job: BlockJob): Promise<Prepared> => {
  const { side, channels, heads, window, shift } = job.block;
  const plan = withSizes({ b: job.batch, r: side / window, w: window, d: channels, h: heads, k: channels / heads, m: 4 * channels }, (s) => {
    const { first, second } = instantiate(swinV2Block({ d: s.d, h: s.h, k: s.k, windows: windowing(s.r, s.w, shift) }, s.m));
    const grid = timesD(s.r, s.w);
    return planFor(backend, [unwrap(second(first(input('x', s.b, grid, grid, s.d))))]);
  });
  return inference(backend, job.threads, held(await backend.compile(plan, await tensorsOf(job.weights))()), await tensorsOf(job.inputs), ['y']);
};

const trunk = async (backend: Backend, job: TrunkJob): Promise<Prepared> => {
  const { plan, names } = trunkPlan(job, { kind: 'late', last: 2 }, backend);
  const { weights } = held(await loadWeights(job.weights, configOf(job))());
  return inference(backend, job.threads, held(await backend.compile(plan, weights)()), await tensorsOf(job.inputs), names);
};

await serve(async (job) => {
  const backend = held(await engine(process.argv[2] ?? '', { threads: job.threads })());
  return job.kind === 'trunk' ? trunk(backend, job) : job.kind === 'block' ? block(backend, job) : job.kind === 'step' ? step(backend, job) : forward(backend, job);
});
