/**
 * A small description of features, and items whose numbers follow from their name.
 */
import { random } from '../../../dsl/index.ts';
import { sha256, type Item, type Made } from '../../../molt/store/index.ts';

export const made = (over: Partial<Made> = {}): Made => ({
  backbone: 'tiny',
  config: { kind: 'swinv2', image: 64, depths: [2, 2] },
  weights: sha256('weights'),
  preprocessing: 'ave v1',
  position: 'late',
  modality: 'visual',
  dtype: 'f16',
  tensors: [{ name: 'visual.0', sizes: [3, 4] }, { name: 'visual.1', sizes: [2, 5] }],
  segments: 2,
  ...over,
});

/** The hash of the i-th input. */
export const input = (i: number): string => sha256(`input ${i}`);

/** Features of the i-th item: always the same. */
export const item = (description: Made, i: number): Item => ({
  input: input(i),
  tensors: new Map(description.tensors.map(({ name, sizes }) => {
    const all = [description.segments, ...sizes];
    const numbers = random.normal(random.named(random.key(i), name), all.reduce((a, b) => a * b, 1));
    return [name, { sizes: all, dtype: 'f32', data: Float32Array.from(numbers) }];
  })),
});
