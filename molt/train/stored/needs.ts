/**
 * Needs: what a variant reads of a feature store: the tokens of frozen layers, or what enters the trunks that it stands inside.
 */
import { type BackboneConfig, fullFrames, pictureSide } from '../../backbones/config.ts';
import { type Both, both, modalities, type ModalityName } from '../../modality.ts';
import { configsOf } from '../../variants/backbones.ts';
import { placement, type Variant } from '../../variants/variant.ts';

/** Tokens of layers, which are scaled by their statistics; or inputs of trunks, as they are. */
export type Reads = 'features' | 'input';

/** A tensor of a collection, of one segment. */
export interface Need {
  readonly name: string;
  readonly sizes: readonly number[];
  /** the axis that may be shorter: the frames of a spectrogram */
  readonly atMost?: number;
  /** in words */
  readonly shown: string;
}

export const readsOf = ({ adapter }: Variant): Reads => (placement[adapter.kind] === 'inside' ? 'input' : 'features');

const inputOf = (m: ModalityName, config: BackboneConfig): Need => {
  if (config.kind === 'htsat') {
    const frames = fullFrames(config);
    return { name: `${m}.logmel`, sizes: [1, frames, config.mels], atMost: 1, shown: `a spectrogram of at most ${frames} frames, ${config.mels} bands` };
  }
  const side = pictureSide(config);
  return { name: `${m}.pixels`, sizes: [3, side, side], shown: `pictures of ${side} × ${side} pixels` };
};

const layersOf = ({ features }: Variant, m: ModalityName): readonly Need[] =>
  features[m].map(({ tokens, channels }, l) => ({ name: `${m}.${l}`, sizes: [tokens, channels], shown: `${tokens} tokens, ${channels} channels` }));

/** The tensors that a variant reads, by modality. */
export const needsOf = (variant: Variant): Both<readonly Need[]> => {
  if (readsOf(variant) === 'features' || variant.backbones === undefined) return both(layersOf(variant, 'visual'), layersOf(variant, 'audio'));
  const configs = configsOf(variant.backbones);
  return both([inputOf('visual', configs.visual)], [inputOf('audio', configs.audio)]);
};

/** Whether a stored tensor is what is needed. */
export const meets = ({ sizes, atMost }: Need, given: readonly number[]): boolean =>
  given.length === sizes.length && sizes.every((size, axis) => (axis === atMost ? (given[axis] ?? size + 1) <= size : given[axis] === size));

/** Sizes in words, in the terms of the need. */
export const sizesText = ({ sizes }: Need, given: readonly number[]): string =>
  (sizes.length === 2 && given.length === 2 ? `${given[0]} tokens, ${given[1]} channels` : `[${given.join(', ')}]`);

/** What is read of the tensors that are there: each needed one with its stored sizes. */
export const inputsOf = (needs: Both<readonly Need[]>, stored: Both<readonly { readonly name: string; readonly sizes: readonly number[] }[]>): ReadonlyMap<string, readonly number[]> =>
  new Map(modalities.flatMap((m) => needs[m].map(({ name, sizes }): [string, readonly number[]] => [name, stored[m].find((one) => one.name === name)?.sizes ?? sizes])));
