/**
 * Session: a model that ONNX Runtime has loaded, optimised and packed.
 * idea:  weights that stay are given by address, not in the bytes of the model: ONNX Runtime reads them where they are.
 * not:   inputs and outputs of a run (program.ts).
 */
import type { Key } from '../sessions.ts';
import type { OnnxModel } from '../../../onnx/index.ts';
import { type Api, cell, type Memory } from './api.ts';
import type { Engine } from './engine.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';

export interface Session {
  readonly handle: Pointer;
  /** of what the session itself allocates for a run */
  readonly allocator: Pointer;
  readonly release: () => void;
}

export interface ModelKey extends Key {
  readonly onnx: OnnxModel;
}

/** Pointers in a row, at an address that stays. */
export const row = (api: Api, pointers: readonly Pointer[]): { readonly at: Pointer; readonly memory: BigUint64Array } => {
  const memory = BigUint64Array.from(pointers.length === 0 ? [0n] : pointers);
  return { at: api.address(memory), memory };
};

/** Texts of C in a row: the address of their addresses, and what must stay alive meanwhile. */
export const texts = (api: Api, words: readonly string[]): { readonly at: Pointer; readonly memory: readonly Memory[] } => {
  const encoded = words.map((word) => new TextEncoder().encode(`${word}\0`));
  const list = row(api, encoded.map((word) => api.address(word)));
  return { at: list.at, memory: [list.memory, ...encoded] };
};

/** Every rewriting that keeps the numbers. */
const allRewritings = 99;
const fatal = 4;

const configure = (engine: Engine, options: Pointer, profile: string | undefined): void => {
  const { api, settings } = engine;
  const ok = (status: Pointer | null): void => check(api, 'session options', status);
  ok(api.SetSessionGraphOptimizationLevel(options, allRewritings));
  ok(api.SetSessionLogSeverityLevel(options, fatal));
  ok(api.SetIntraOpNumThreads(options, settings.threads));
  // a pattern (one block for all values of a run) is taken beside what the first run took: twice the memory for no time
  ok(api.DisableMemPattern(options));
  // freed memory is kept for the next run: given back and taken again, it costs a run two fifths more processor time
  ok(api.EnableCpuMemArena(options));
  for (const [key, value] of Object.entries(settings.entries)) ok(api.AddSessionConfigEntry(options, key, value));
  if (profile !== undefined) ok(api.EnableProfiling(options, profile));
  engine.device(options);
};

/**
 * The session of a model. `profile`: prefix of the file where times are written
 * errors (raised): Unsupported, Memory, Defect
 */
export const sessionOf = async (engine: Engine, { onnx }: ModelKey, profile?: string): Promise<Session> => {
  const { api, env, tensors } = engine;
  const undo: (() => void)[] = [];
  const out = cell(api);
  const made = (status: Pointer | null, release: (handle: Pointer) => void): Pointer => {
    check(api, 'session', status);
    const handle = out.read();
    undo.push(() => release(handle));
    return handle;
  };
  const release = (): void => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    const residents = onnx.external.map(({ data, type, sizes }) => {
      const tensor = tensors.make(data, { sizes, dtype: type });
      undo.push(() => tensors.release(tensor));
      return tensor;
    });
    const options = made(api.CreateSessionOptions(out.at), api.ReleaseSessionOptions);
    configure(engine, options, profile);
    const [names, values] = [texts(api, onnx.external.map(({ name }) => name)), row(api, residents)];
    // the first call is for the rewritings of the graph, which read the numbers; the second lets the kernels read them where they are
    if (residents.length > 0) check(api, 'residents', api.AddExternalInitializers(options, names.at, values.at, residents.length));
    onnx.external.forEach(({ name }, i) => check(api, 'residents', api.AddInitializer(options, name, residents[i] ?? 0n)));
    const handle = made(await api.later('CreateSessionFromArray', env, api.address(onnx.bytes), onnx.bytes.byteLength, options, out.at), api.ReleaseSession);
    const allocator = made(api.CreateAllocator(handle, engine.info, out.at), api.ReleaseAllocator);
    // the memory of names, values and model outlives the call, the memory of residents the session
    undo.unshift(() => void [names.memory, values.memory, onnx]);
    return { handle, allocator, release };
  } catch (thrown) {
    release();
    throw thrown;
  }
};
