/**
 * Ours: MoLT through its own API on one engine, named by the first argument: a training step, the fused tokens, or a Swin-V2 block.
 */
import { cpus } from 'node:os';
import { map } from 'fp-ts/lib/TaskEither.js';
import { type Backend, grad, input, instantiate, type Node, parameterNode, planOf, type Program, unwrap, type Value } from '../../dsl/index.ts';
import { trainer, type TrainState, trainState } from '../../dsl/optim/index.ts';
import { timesD, withSizes } from '../../shapes/index.ts';
import { swinV2Block } from '../../molt/backbones/swinv2.ts';
import { windowing } from '../../molt/backbones/window.ts';
import { readSafetensors } from '../../molt/io/safetensors.ts';
import { moltAve } from '../../molt/tasks/ave.ts';
import type { Learner } from '../../molt/tasks/learner.ts';
import { engine, factsOf, isEngine } from '../../molt/train/engine.ts';
import { savedBytesPerSample, trainStep } from '../../molt/train/loop.ts';
import { helperThreads } from '../../molt/train/threads.ts';
import { buildVariant } from '../../molt/variants/build.ts';
import { decodeVariant } from '../../molt/variants/codec.ts';
import { held } from '../held.ts';
import { type BlockJob, type Digest, digestOf, type MoltJob } from '../protocol.ts';
import { type Prepared, serve } from '../serve.ts';

type Values = ReadonlyMap<string, Value>;
const tensorsOf = async (path: string): Promise<Values> => held(await readSafetensors(path)()).tensors;
const float = ({ data }: Value): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));
const digests = (names: readonly string[], values: readonly Value[]): Readonly<Record<string, Digest>> =>
  Object.fromEntries(names.flatMap((name, i) => { const value = values[i]; return value === undefined ? [] : [[name, digestOf(value.data)] as const]; }));

/** Threads that an engine uses here; some have one, whatever is asked for. */
const threadsOf = (name: string, asked: number): number => (isEngine(name) && factsOf(name).threads === 'several' ? Math.min(asked, cpus().length) : 1);

/** Plans for an engine say what its matrix products read. */
const planFor = (backend: Backend, roots: readonly Node[]) => planOf(roots, backend.target === undefined ? {} : { target: backend.target });

const described = (backend: Backend, threads: number, notes: readonly string[]) => ({
  versions: { node: process.versions.node }, threads: threadsOf(backend.name, threads), notes,
});

/** A stop-watch around the runs of a backend's programs. */
const watched = (backend: Backend): { readonly backend: Backend; readonly taken: () => number } => {
  let milliseconds = 0;
  const timed = (program: Program): Program => ({
    ...program,
    run: (bindings, into) => async () => {
      const start = performance.now();
      const values = await program.run(bindings, into)();
      milliseconds = performance.now() - start;
      return values;
    },
  });
  return { backend: { ...backend, compile: (plan, resident) => map(timed)(backend.compile(plan, resident)) }, taken: () => milliseconds };
};

/** The gradients of the first step, by a program of their own: the trainer's need not exist as arrays. */
const gradients = async (backend: Backend, learner: Learner, job: MoltJob): Promise<Readonly<Record<string, Digest>>> => {
  const wrt = [...learner.declared.values()].filter((d) => d.trainable);
  const { loss } = learner.train(job.batch);
  const roots = grad(loss, wrt.map((d) => parameterNode(d.name, d.sizes))).gradients;
  const program = held(await backend.compile(planFor(backend, roots))());
  try {
    return digests(wrt.map((d) => d.name), held(await program.run({ inputs: await tensorsOf(job.inputs), parameters: await tensorsOf(job.weights) })()));
  } finally {
    program.dispose();
  }
};

const start = async (path: string): Promise<TrainState> => trainState(new Map([...(await tensorsOf(path))].map(([name, value]) => [name, float(value)])));

const step = async (plain: Backend, job: MoltJob): Promise<Prepared> => {
  const learner = moltAve(held(decodeVariant('bench', job.variant)), job.classes);
  const { backend, taken } = watched(plain);
  const helpers = threadsOf(backend.name, job.threads) - 1;
  const training = held(await trainer(backend, trainStep(learner, job.batch, { target: backend.target }), await start(job.weights), { name: 'bench', adam: job.adam, threads: helpers > 0 ? helperThreads(helpers) : undefined })());
  const inputs = await tensorsOf(job.inputs);
  const once = async (): Promise<number> => held(await training.step(inputs, job.adam.rate)())[0] ?? Number.NaN;
  return {
    ...described(backend, job.threads, []),
    saved: savedBytesPerSample(learner, job.batch) * job.batch,
    check: async () => ({ tensors: await gradients(backend, learner, job), losses: [await once(), await once(), await once()] }),
    iterate: async () => {
      const began = performance.now();
      await once();
      return { 'forward and backward': taken(), AdamW: performance.now() - began - taken() };
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
  const { outputs } = held(buildVariant(held(decodeVariant('bench', job.variant)))).outputs(job.batch);
  const names = ['fused.visual', 'fused.audio'];
  const plan = planFor(backend, names.flatMap((name) => { const node = outputs.get(name); return node === undefined ? [] : [node]; }));
  const resident = new Map([...(await tensorsOf(job.weights))].filter(([name]) => !name.startsWith('head.')));
  return inference(backend, job.threads, held(await backend.compile(plan, resident)()), await tensorsOf(job.inputs), names);
};

const block = async (backend: Backend, job: BlockJob): Promise<Prepared> => {
  const { side, channels, heads, window, shift } = job.block;
  const plan = withSizes({ b: job.batch, r: side / window, w: window, d: channels, h: heads, k: channels / heads, m: 4 * channels }, (s) => {
    const run = instantiate(swinV2Block({ d: s.d, h: s.h, k: s.k, windows: windowing(s.r, s.w, shift) }, s.m));
    const grid = timesD(s.r, s.w);
    return planFor(backend, [unwrap(run(input('x', s.b, grid, grid, s.d)))]);
  });
  return inference(backend, job.threads, held(await backend.compile(plan, await tensorsOf(job.weights))()), await tensorsOf(job.inputs), ['y']);
};

await serve(async (job) => {
  const backend = held(await engine(process.argv[2] ?? '', { threads: job.threads })());
  return job.kind === 'block' ? block(backend, job) : job.kind === 'step' ? step(backend, job) : forward(backend, job);
});
