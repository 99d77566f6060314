/**
 * Results: what the case training-memory found, as it is written to results/training-memory.json and read again.
 * This file is a trust boundary: a result file, and what a side says, are decoded here.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';

const bytes = t.type({ peak: t.number, saved: t.number });
const measured = t.type({
  predicted: bytes,
  /** held by the engine, as it counts itself: at the worst step, and of the forward pass's values between the passes */
  measured: bytes,
  /** resident bytes of the process before the engine was given the step, and at the highest of its first run */
  process: t.type({ before: t.number, peak: t.number }),
});
export type MeasuredMemory = t.TypeOf<typeof measured>;

const python = t.type({ before: t.number, peak: t.number, saved: t.number });

const row = t.intersection([t.type({ adapter: t.string, trunks: t.string, batch: t.number, engine: t.string }), measured]);
export type MemoryRow = t.TypeOf<typeof row>;

const codec = t.type({
  schemaVersion: t.literal(1), case: t.literal('training-memory'), about: t.string, quick: t.boolean, date: t.string,
  machine: t.type({ processor: t.string, cores: t.number, memoryBytes: t.number, system: t.string }),
  rows: t.readonlyArray(row), absent: t.readonlyArray(t.type({ what: t.string, why: t.string })),
});
export type MemoryResults = t.TypeOf<typeof codec>;

const decoded = <A>(of: t.Decoder<unknown, A>, what: string, text: string): A => {
  const found = of.decode(JSON.parse(text));
  if (isLeft(found)) throw new Error(`${what}: not what was expected, at ${found.left.map((e) => e.context.map((c) => c.key).join('.')).slice(0, 3).join(', ')}`);
  return found.right;
};

/** @throws Error for another kind of file */
export const readMemory = (path: string, text: string): MemoryResults => decoded(codec, path, text);
/** @throws Error for what is no answer of a side */
export const readAnswer = (text: string): MeasuredMemory => decoded(measured, 'a side', text);
/** @throws Error for what is no answer of PyTorch's script */
export const readPython = (text: string): t.TypeOf<typeof python> => decoded(python, 'PyTorch', text);
