/**
 * Sessions: what programs of equal models share: made once, counted, let go by the last.
 * idea:  making a session costs far more than comparing bytes: equal are models of equal bytes whose residents are the same arrays with the
 *        same numbers as then. Bytes are compared, so that no two models are ever mistaken for each other.
 * laws:  test/dsl/backends/ort-sessions.test.ts: one session for equal models, none left after the last user
 * not:   a cache across backends or processes; it holds nothing that nobody uses.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';

/** Numbers that a session was given to keep. */
export type Resident = ArrayBufferView;

export interface Key {
  readonly bytes: Uint8Array;
  readonly residents: readonly Resident[];
}

/** A session that is held; `release` once. */
export interface Held<S> {
  readonly session: S;
  readonly release: () => void;
}

export interface Sessions<S, K extends Key = Key> {
  readonly hold: (key: K) => TaskEither<Fault, Held<S>>;
  /** how many are alive */
  readonly alive: () => number;
}

const view = (of: ArrayBufferView): Uint8Array => new Uint8Array(of.buffer, of.byteOffset, of.byteLength);

/** A number for some bytes: FNV over words in two lanes. Equal bytes have equal numbers; others hardly ever. */
export const digest = (of: ArrayBufferView): string => {
  const bytes = view(of);
  const aligned = bytes.byteOffset % 4 === 0;
  const words = aligned ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2) : new Int32Array(bytes.slice(0, bytes.byteLength & ~3).buffer);
  let [a, b] = [0x811c9dc5 | 0, 0x9e3779b9 | 0];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? 0;
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ word, 0x85ebca6b);
  }
  for (let i = words.length * 4; i < bytes.length; i += 1) a = Math.imul(a ^ (bytes[i] ?? 0), 0x01000193);
  return `${bytes.length}:${a >>> 0}:${b >>> 0}`;
};

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const sameMemory = (a: Resident, b: Resident): boolean => a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;

interface Entry<S> {
  readonly key: Key;
  readonly digest: string;
  readonly numbers: readonly string[];
  readonly made: Promise<E.Either<Fault, S>>;
  users: number;
}

/** Sessions by model, made by `make` and let go by `free`. */
export const sessions = <S, K extends Key = Key>(make: (key: K) => TaskEither<Fault, S>, free: (session: S) => void): Sessions<S, K> => {
  const entries = new Set<Entry<S>>();
  const same = (entry: Entry<S>, key: Key, mark: string, numbers: readonly string[]): boolean =>
    entry.digest === mark && entry.key.residents.length === key.residents.length && entry.numbers.every((n, i) => n === numbers[i]) &&
    entry.key.residents.every((r, i) => { const other = key.residents[i]; return other !== undefined && sameMemory(r, other); }) && equal(entry.key.bytes, key.bytes);
  return {
    alive: () => entries.size,
    hold: (key) => async () => {
      const [mark, numbers] = [digest(key.bytes), key.residents.map(digest)];
      const known = [...entries].find((entry) => same(entry, key, mark, numbers));
      const entry = known ?? { key, digest: mark, numbers, made: make(key)(), users: 0 };
      entry.users += 1;
      entries.add(entry);
      const leave = (): boolean => {
        entry.users -= 1;
        return entry.users === 0 && entries.delete(entry);
      };
      const made = await entry.made;
      if (E.isLeft(made)) {
        leave();
        return made;
      }
      return E.right({ session: made.right, release: () => { if (leave()) free(made.right); } });
    },
  };
};
