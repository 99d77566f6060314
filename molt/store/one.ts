/**
 * One item's features, from an open shard.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Value } from '../../dsl/backend.ts';
import { elements } from '../../dsl/expr.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { OpenFile } from '../io/system.ts';
import { readHead } from './catalogue.ts';
import type { Made } from './made.ts';
import { readRows } from './rows.ts';
import { dtypes, itemSizes, rowBytes } from './shard.ts';

/** The rows of one item, checked, widened to f32 [T, N, D]. errors: Corrupt. Rejects with what the system said. */
export const itemFrom = async (path: string, made: Made, key: string, input: string, row: number, file: OpenFile): Promise<Either<Fault, ReadonlyMap<string, Value>>> => {
  const head = await readHead(path, made, key, file);
  if (isLeft(head)) return head;
  if (head.right.inputs[row] !== input) return left(fault('Corrupt', path, [`another item in row ${row}`], `the item ${input}`, '`molt extract --verify --repair --store DIR` moves it aside; then extract again'));
  const values = new Map<string, Value>();
  for (const tensor of made.tensors) {
    const bytes = new Uint8Array(rowBytes(made, tensor));
    const read = await readRows(path, made, head.right, file, { tensor, first: row, count: 1 }, bytes, true);
    if (isLeft(read)) return read;
    const sizes = itemSizes(made, tensor);
    const data = new Float32Array(elements(sizes));
    dtypes[made.dtype].read(bytes, data, 0);
    values.set(tensor.name, { sizes, dtype: 'f32', data });
  }
  return right(values);
};
