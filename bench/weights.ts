/**
 * Weights: the tensors that all sides of a case start from, made once and written to a safetensors file.
 * idea:  normal numbers from a pool of about a million, read from a place that the tensor's name decides: 114 million of them cost a second.
 *        Wide enough that no softmax is flat and no ReLU one-sided, so that agreement of the sides means something.
 * not:   a start for training.
 */
import { elements, random, type Sizes, type Value } from '../dsl/index.ts';
import { writeSafetensors } from '../molt/io/safetensors.ts';
import { held } from './held.ts';

/** A prime, so that rows of a matrix never repeat in step. */
const poolSize = 1_048_573;

/** Standard deviation by the last part of a name and the sizes. */
const spread = (name: string, sizes: Sizes): number => {
  const [first = 1, second = 1] = sizes;
  const last = name.split('.').at(-1) ?? '';
  if (last === 'tokens') return 1;
  if (last === 'bias') return 0.3;
  if (last === 'query' || last === 'key') return 1.4 / Math.sqrt(first);
  if (last === 'out') return 1 / Math.sqrt(first * second);
  if (last === 'mix') return 1 / Math.sqrt(second);
  return 1 / Math.sqrt(first);
};

export interface Wanted {
  readonly name: string;
  readonly sizes: Sizes;
  /** the standard deviation, where the name does not tell it */
  readonly spread?: number;
  /** magnitudes, and never near 0: variances */
  readonly positive?: boolean;
}

export type Draw = (wanted: Wanted) => Value;

/** A function from names to values, always the same for the same seed. */
export const drawing = (seed: number): Draw => {
  const key = random.key(seed);
  const pool = Float32Array.from(random.normal(key, poolSize));
  return ({ name, sizes, spread: given, positive = false }) => {
    const scale = given ?? spread(name, sizes);
    const data = new Float32Array(elements(sizes));
    let place = (random.named(key, name)[0] ?? 0) % poolSize;
    for (let i = 0; i < data.length; i += 1) {
      const x = scale * (pool[place] ?? 0);
      data[i] = positive ? 0.5 + Math.abs(x) : x;
      place = place + 1 === poolSize ? 0 : place + 1;
    }
    return { sizes, dtype: 'f32', data };
  };
};

export const store = async (path: string, values: ReadonlyMap<string, Value>): Promise<void> => {
  held(await writeSafetensors(path, values)());
};
