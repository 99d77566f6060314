/**
 * Results: what a case measured, as it is written to results/<case>.json and read again for the tables.
 * This file is a trust boundary: a result file is decoded here.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';

const numberOrNull = t.union([t.number, t.null]);
const side = t.intersection([
  t.type({
    side: t.string, threads: t.number, versions: t.record(t.string, t.string), notes: t.readonlyArray(t.string), setupSeconds: t.number,
    rounds: t.readonlyArray(t.number), perTurn: t.number, parts: t.record(t.string, t.number),
  }),
  t.partial({
    agreement: t.type({ agrees: t.boolean, loss: t.number, sum: t.number, samples: t.number, differing: t.readonlyArray(t.string) }),
    memory: t.type({ now: t.number, peak: t.number, saved: numberOrNull }),
  }),
]);
const size = t.type({ letters: t.record(t.string, t.number), sides: t.readonlyArray(side), absent: t.record(t.string, t.string), foreignShare: numberOrNull, restlessShare: numberOrNull });
const resultsCodec = t.type({
  schemaVersion: t.literal(1), case: t.string, about: t.string, quick: t.boolean, date: t.string, threads: t.number, rounds: t.number,
  machine: t.type({ processor: t.string, cores: t.number, memoryBytes: t.number, system: t.string }),
  load: t.type({ before: t.number, after: t.number }), sizes: t.readonlyArray(size),
});

export type Results = t.TypeOf<typeof resultsCodec>;
export type MeasuredSize = t.TypeOf<typeof size>;
export type MeasuredSide = t.TypeOf<typeof side>;

/** @throws Error for another kind of file */
export const readResults = (path: string, text: string): Results => {
  const decoded = resultsCodec.decode(JSON.parse(text));
  if (isLeft(decoded)) throw new Error(`${path}: not results of a bench, at ${decoded.left.map((e) => e.context.map((c) => c.key).join('.')).slice(0, 3).join(', ')}`);
  return decoded.right;
};
