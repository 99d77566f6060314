/**
 * Api: ONNX Runtime's C interface as typed functions. A trust boundary: koffi calls whatever address with whatever signature it is
 * given, so that table.ts is believed here, and what koffi returns is any.
 * idea:  a result comes through an address: `cell` is eight bytes that stay where they are.
 * not:   meaning. A status is checked by its caller (status.ts).
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../../shapes/fault.ts';
import { absent } from './library.ts';
import { apiVersion, type Arguments, type Functions, type Name, type Pointer, type Results, type Row, table } from './table.ts';

/** Memory of our own: what has an address. */
export type Memory = ArrayBufferView;

export interface Api extends Functions {
  /** of the library: `1.30.0` */
  readonly version: string;
  /**
   * `Run` and `CreateSessionFromArray` on another thread, so that the event loop goes on; what the arguments point to stays as it is meanwhile.
   * On this thread where other code made koffi settle for small stacks.
   */
  readonly later: <N extends 'Run' | 'CreateSessionFromArray'>(name: N, ...args: Parameters<Functions[N]>) => Promise<Pointer | null>;
  /**
   * Where the array's first number lies. It stays there while the array lives: asking moves a small array, which V8 keeps among its own
   * objects, to memory that does not move. Memory of WebAssembly and shared memory are as good as any.
   */
  readonly address: (memory: Memory) => Pointer;
  /** the text that a pointer points to */
  readonly text: (pointer: Pointer) => string;
  /** the pointers that a pointer points to */
  readonly pointers: (pointer: Pointer, length: number) => readonly Pointer[];
}

const ctypes = {
  pointer: 'void *', text: 'const char *', path: process.platform === 'win32' ? 'const char16_t *' : 'const char *', int: 'int', size: 'size_t',
} as const satisfies { readonly [A in keyof Arguments]: string };
const cresults = { status: 'void *', text: 'const char *', int: 'int', none: 'void' } as const satisfies { readonly [R in keyof Results]: string };

/** Bytes of stack of a call, as much as a thread of the system has. Kernels keep their panels there: koffi's own 128 KiB are too few. */
const stack = 2 ** 23;

/** Whether calls on another thread have that stack. koffi settles it when the first library of the process is loaded, which may be another's. */
const roomy = (koffi: { config: { (): { async_stack_size?: number }; (set: object): unknown } }): boolean => {
  const enough = (): boolean => (koffi.config().async_stack_size ?? 0) >= stack;
  if (enough()) return true;
  try {
    koffi.config({ async_stack_size: stack, sync_stack_size: stack });
  } catch {
    return false;
  }
  return enough();
};

const bind = async (path: string): Promise<Api> => {
  const { default: koffi } = await import('koffi');
  const beside = roomy(koffi);
  const library = koffi.load(path);
  // koffi unloads a library that nothing holds, be its functions and threads still about: a timer that never comes holds it, and not the process
  setInterval(() => library, 2 ** 31 - 1).unref();
  const base: Pointer = library.func('OrtGetApiBase', 'void *', [])();
  // OrtApiBase never changes: GetApi, then GetVersionString
  const [getApi, getVersion]: readonly Pointer[] = koffi.decode(base, koffi.array('void *', 2));
  const version: string = koffi.call(getVersion, koffi.proto('const char *', []));
  const api: Pointer | null = koffi.call(getApi, koffi.proto('void *', ['uint32_t']), apiVersion);
  if (api === null) throw new Error(`ONNX Runtime ${version} lacks version ${apiVersion} of its C interface`);
  const rows: readonly (readonly [string, Row])[] = Object.entries(table);
  const places: readonly Pointer[] = koffi.decode(api, koffi.array('void *', 1 + Math.max(...rows.map(([, { index }]) => index))));
  const functions = Object.fromEntries(rows.map(([name, { index, takes, gives }]) => [name, koffi.decode(places[index], koffi.proto(cresults[gives], takes.map((kind) => ctypes[kind])))] as const)) as { readonly [N in Name]: Functions[N] & { readonly async: (...args: readonly unknown[]) => void } };
  return {
    ...functions,
    version,
    later: (name, ...args) =>
      beside
        ? new Promise((resolve, reject) => functions[name].async(...args, (error: unknown, status: Pointer | null) => (error === null || error === undefined ? resolve(status) : reject(error))))
        : Promise.resolve((functions[name] as (...given: readonly unknown[]) => Pointer | null)(...args)),
    address: (memory) => koffi.address(memory),
    text: (pointer) => koffi.decode.string(pointer),
    pointers: (pointer, length) => koffi.decode(pointer, koffi.array('void *', length)),
  };
};

/** Eight bytes for a result, and what was put there. */
export const cell = (api: Api): { readonly at: Pointer; readonly read: () => Pointer } => {
  const bytes = new BigUint64Array(1);
  return { at: api.address(bytes), read: () => bytes[0] ?? 0n };
};

/**
 * The interface of the library at a path.
 * errors: Unsupported where koffi is not installed, or the library is too old or cannot be loaded
 */
export const load = (path: string): TE.TaskEither<Fault, Api> => TE.tryCatch(() => bind(path), (thrown) => absent(thrown instanceof Error ? thrown.message.split('\n')[0] ?? '' : String(thrown)));

