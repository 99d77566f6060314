/**
 * Module: the WebAssembly module of onnxruntime-web, loaded and typed.
 * idea:  the package's own front end copies every input into the module and every output out of it, and has one thread count for a
 *        process. Its module exports the C functions beneath, the heap and the memory: enough to run on arrays that lie there.
 * not:   sessions (`session.ts`). This is the trust boundary: what the package exports is taken to be what 1.30 exports.
 * source: onnxruntime-web 1.30, lib/wasm/wasm-types.ts and wasm-core-impl.ts
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, raise, type Fault } from '../../../../shapes/fault.ts';

/** Addresses in the module's memory; 0 is none. */
export type Pointer = number;

/** Initialisers outside the model: read piece by piece while a session is made. */
export interface ExternalFile {
  readonly byteLength: number;
  readonly subarray: (from: number, to: number) => Uint8Array;
}

/** What the module exports. A C function answers 0 or a pointer; `_OrtGetLastError` says what went wrong. */
export interface OrtModule {
  /** the whole memory; another array each time that the memory has grown */
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (bytes: number) => Pointer;
  readonly _free: (at: Pointer) => void;
  readonly stackSave: () => Pointer;
  readonly stackRestore: (at: Pointer) => void;
  readonly stackAlloc: (bytes: number) => Pointer;
  readonly setValue: (at: Pointer, value: number, type: 'i32' | '*') => void;
  readonly getValue: (at: Pointer, type: 'i32' | '*') => number;
  readonly lengthBytesUTF8: (text: string) => number;
  readonly stringToUTF8: (text: string, at: Pointer, bytes: number) => void;
  readonly UTF8ToString: (at: Pointer) => string;
  readonly mountExternalData: (path: string, file: ExternalFile) => void;
  readonly unmountExternalData: () => void;
  readonly _OrtInit: (threads: number, severity: number) => number;
  readonly _OrtGetLastError: (code: Pointer, message: Pointer) => number;
  readonly _OrtCreateSessionOptions: (level: number, arena: boolean, pattern: boolean, mode: number, profiling: boolean, prefix: Pointer, logId: Pointer, severity: number, verbosity: number, optimised: Pointer) => Pointer;
  readonly _OrtAddSessionConfigEntry: (options: Pointer, key: Pointer, value: Pointer) => number;
  readonly _OrtReleaseSessionOptions: (options: Pointer) => number;
  readonly _OrtCreateSession: (bytes: Pointer, length: number, options: Pointer) => Pointer;
  readonly _OrtReleaseSession: (session: Pointer) => number;
  readonly _OrtCreateTensor: (type: number, data: Pointer, bytes: number, sizes: Pointer, rank: number, location: number) => Pointer;
  readonly _OrtGetTensorData: (tensor: Pointer, type: Pointer, data: Pointer, sizes: Pointer, rank: Pointer) => number;
  readonly _OrtReleaseTensor: (tensor: Pointer) => number;
  readonly _OrtFree: (at: Pointer) => number;
  readonly _OrtRun: (session: Pointer, inputNames: Pointer, inputs: Pointer, inputCount: number, outputNames: Pointer, outputCount: number, outputs: Pointer, runOptions: Pointer) => number;
}

export interface OrtWebOptions {
  /** Threads of a run: all cores up to 8 if nothing is said; 1 in a page that is not cross-origin isolated. */
  readonly threads?: number;
  /** Where a page finds `ort-wasm-simd-threaded.mjs` and `.wasm` of onnxruntime-web: a folder (with its last slash). In Node they are found without. */
  readonly wasmPaths?: string;
}

export interface Loaded {
  readonly module: OrtModule;
  /** of the module, shared between its threads */
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
}

type Receive = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;
interface Settings {
  readonly numThreads: number;
  readonly instantiateWasm: (imports: WebAssembly.Imports, receive: Receive) => void;
}
interface Place {
  readonly make: (settings: Settings) => Promise<OrtModule>;
  readonly wasm: BufferSource;
}

const specifier = 'onnxruntime-web/ort-wasm-simd-threaded';
const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;
const said = (thrown: unknown): string => (thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown));
const absent = (thrown: unknown): never =>
  raise(fault('Unsupported', 'backend ort-web', [said(thrown)], 'the optional package onnxruntime-web', inNode ? 'npm install onnxruntime-web@1.30.0, or use tfjs-wasm' : 'give wasmPaths: the folder that serves ort-wasm-simd-threaded.mjs and .wasm of onnxruntime-web 1.30.0'));

/** The specifiers are variables, so that neither the compiler nor a bundler needs the package. */
const findInNode = async (): Promise<Place> => {
  const [script, binary, nodeModule, files] = [`${specifier}.mjs`, `${specifier}.wasm`, 'node:module', 'node:fs/promises'];
  const { createRequire }: { readonly createRequire: (from: string) => { readonly resolve: (name: string) => string } } = await import(/* @vite-ignore */ nodeModule);
  const { readFile }: { readonly readFile: (path: string) => Promise<Uint8Array<ArrayBuffer>> } = await import(/* @vite-ignore */ files);
  const [made, wasm]: readonly [{ readonly default: Place['make'] }, Uint8Array<ArrayBuffer>] = await Promise.all([import(/* @vite-ignore */ script), readFile(createRequire(import.meta.url).resolve(binary))]);
  return { make: made.default, wasm };
};

const findInPage = async (folder: string): Promise<Place> => {
  const base = new URL(folder, globalThis.location.href);
  const [script, binary] = [new URL('ort-wasm-simd-threaded.mjs', base).href, new URL('ort-wasm-simd-threaded.wasm', base).href];
  const answer = await fetch(binary, { credentials: 'same-origin' });
  if (!answer.ok) return raise(fault('Unsupported', 'backend ort-web', [`${answer.status} for ${binary}`], 'the file of onnxruntime-web 1.30.0', 'serve it there, or give another wasmPaths'));
  const made: { readonly default: Place['make'] } = await import(/* @vite-ignore */ script);
  return { make: made.default, wasm: await answer.arrayBuffer() };
};

const cores = async (): Promise<number> => {
  if (!inNode) return globalThis.navigator.hardwareConcurrency;
  const os = 'node:os';
  const { availableParallelism }: { readonly availableParallelism: () => number } = await import(/* @vite-ignore */ os);
  return availableParallelism();
};

const threadsOf = async (wanted: number | undefined): Promise<number> => {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1)) return raise(fault('Usage', 'backend ort-web', [`${wanted} threads`], 'a whole number from 1'));
  return !inNode && !globalThis.crossOriginIsolated ? 1 : (wanted ?? Math.min(8, await cores()));
};

const isMemory = (x: unknown): x is WebAssembly.Memory => x instanceof WebAssembly.Memory;

/** Only fatal errors are printed; the others come back as faults. */
const quiet = 4;

/**
 * A module of its own, with its own memory and threads; Node's threads don't keep the process alive.
 * errors: Unsupported where the package or its files are not there, Usage (threads), Defect
 */
export const load = (options: OrtWebOptions): TE.TaskEither<Fault, Loaded> =>
  TE.tryCatch(
    async () => {
      const threads = await threadsOf(options.threads);
      const place = await (inNode && options.wasmPaths === undefined ? findInNode() : findInPage(options.wasmPaths ?? '')).catch(absent);
      const compiled = await WebAssembly.compile(place.wasm);
      const memories: WebAssembly.Memory[] = [];
      const module = await place.make({
        numThreads: threads,
        instantiateWasm: (imports, receive) => {
          memories.push(...Object.values(imports).flatMap((group) => Object.values(group)).filter(isMemory));
          void WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled));
        },
      });
      const [memory] = memories;
      if (memory === undefined || module._OrtInit(threads, quiet) !== 0) return raise(fault('Defect', 'backend ort-web', ['onnxruntime-web did not start'], 'onnxruntime-web 1.30.0', 'please report this'));
      return { module, memory, threads };
    },
    (thrown) => faultOf('backend ort-web', thrown),
  );
