/**
 * Engine: every backend by name, with what is known of it, loaded when it is asked for; and the choice of the fastest that works.
 * idea:  the order of the table is the order of preference, by measured speed. The choice loads one after the other until one
 *        works: nothing is measured at start-up (`molt doctor` does that).
 * laws:  test/molt/train/engine.test.ts: the first that loads is taken, each passed over is named with its reason
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Backend } from '../../dsl/backend.ts';
import type { DeviceName } from '../../dsl/backends/tfjs/index.ts';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';

/** What an engine may be told. */
export interface EngineOptions {
  /** of one run; all cores if nothing is said. Engines of one thread ignore it. */
  readonly threads?: number;
}

export interface EngineFacts {
  /** in a few words */
  readonly about: string;
  /** packages that it needs beside molt's own dependencies; the first one's version is the engine's */
  readonly packages: readonly string[];
  readonly threads: 'one' | 'several';
  /** why `auto` never takes it, if so */
  readonly never?: string;
  /** errors: Unsupported where it is not installed or does not run here */
  readonly load: (options: EngineOptions) => TE.TaskEither<Fault, Backend>;
}

/** A part of the library, loaded when it is needed. */
const part = <A>(name: string, load: () => Promise<A>): TE.TaskEither<Fault, A> => TE.tryCatch(load, (thrown) => faultOf(`backend ${name}`, thrown));

const tfjs = (device: DeviceName) => (): TE.TaskEither<Fault, Backend> => pipe(part(`tfjs-${device}`, () => import('../../dsl/backends/tfjs/index.ts')), TE.chain((module) => module.tfjs(device)));

const gpu = 'it runs on a graphics processor, or on a slow imitation of one: ask for it by name';

/**
 * Every backend, fastest first.
 * source: products of 1024×1024 on two cores, GFLOP/s: ort-node 202, tfjs-node 243 (but every operation goes through its eager runtime), ort-web 52, tfjs-wasm 15
 */
export const engines = {
  'ort-node': {
    about: 'ONNX Runtime, native', packages: ['onnxruntime-node', 'koffi'], threads: 'several',
    load: (options) => pipe(part('ort-node', () => import('../../dsl/backends/ort/native/index.ts')), TE.chain((module) => module.ortNode(options))),
  },
  'tfjs-node': { about: 'TensorFlow, native', packages: ['@tensorflow/tfjs-node'], threads: 'several', load: tfjs('node') },
  'ort-web': {
    about: 'ONNX Runtime, WebAssembly', packages: ['onnxruntime-web'], threads: 'several',
    load: (options) => pipe(part('ort-web', () => import('../../dsl/backends/ort/web/index.ts')), TE.chain((module) => module.ortWeb(options))),
  },
  'tfjs-wasm': { about: 'TensorFlow.js, WebAssembly', packages: ['@tensorflow/tfjs-backend-wasm'], threads: 'one', load: tfjs('wasm') },
  'tfjs-node-gpu': { about: 'TensorFlow, CUDA', packages: ['@tensorflow/tfjs-node-gpu'], threads: 'several', never: gpu, load: tfjs('node-gpu') },
  'tfjs-webgpu': { about: 'TensorFlow.js, WebGPU', packages: ['@tensorflow/tfjs-backend-webgpu'], threads: 'one', never: gpu, load: tfjs('webgpu') },
  'tfjs-cpu': { about: 'TensorFlow.js, plain JavaScript', packages: ['@tensorflow/tfjs-backend-cpu'], threads: 'one', load: tfjs('cpu') },
  reference: { about: 'the meaning of the language, in double precision', packages: [], threads: 'one', load: () => part('reference', async () => (await import('../../dsl/backends/reference/index.ts')).reference) },
} as const satisfies { readonly [name: string]: EngineFacts };

export type EngineName = keyof typeof engines;
export const isEngine = (name: string): name is EngineName => Object.hasOwn(engines, name);
/** In order of preference. */
export const engineNames: readonly EngineName[] = Object.keys(engines).filter(isEngine);
export const factsOf = (name: EngineName): EngineFacts => engines[name];

/** The backend of a name. errors: Name for an engine that does not exist; Unsupported with what to install */
export const engine = (name: string, options: EngineOptions = {}): TE.TaskEither<Fault, Backend> =>
  isEngine(name) ? engines[name].load(options) : TE.left(fault('Name', `backend ${name}`, [name], `one of ${engineNames.join(', ')}`));

/** An engine that was taken, and why. */
export interface Choice {
  readonly backend: Backend;
  /** those preferred to it, each with the reason why it is not taken */
  readonly passed: readonly { readonly name: string; readonly why: string }[];
}

/** What may be chosen, most preferred first. */
export interface Candidate {
  readonly name: string;
  readonly load: TE.TaskEither<Fault, Backend>;
}

/** In the words of a table: what is lacking, and what helps. */
export const reasonOf = ({ _tag, given, needed, hint }: Fault): string => `needs ${needed}${_tag === 'Unsupported' ? '' : ` (${given.join(', ')})`}${hint === undefined ? '' : `: ${hint}`}`;

/** The first candidate that loads. errors: Unsupported if none does */
export const firstThatWorks = (candidates: readonly Candidate[]): TE.TaskEither<Fault, Choice> => async () => {
  const passed: { readonly name: string; readonly why: string }[] = [];
  for (const { name, load } of candidates) {
    const loaded = await load();
    if (E.isRight(loaded)) return E.right({ backend: loaded.right, passed });
    passed.push({ name, why: reasonOf(loaded.left) });
  }
  return E.left(fault('Unsupported', 'backend auto', passed.map(({ name, why }) => `${name} ${why}`), 'an engine that works here'));
};

/** The fastest engine that works here, by the order of the table. */
export const fastest = (options: EngineOptions = {}): TE.TaskEither<Fault, Choice> =>
  firstThatWorks(engineNames.filter((name) => factsOf(name).never === undefined).map((name) => ({ name, load: engines[name].load(options) })));
