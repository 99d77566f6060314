/**
 * Scene: the pictures that heads look at besides an adapter's vectors, for adapters that read stored features.
 * idea:   inputs `visual.normed` [S, N, D] (the visual trunk's end after its final norm), `other.normed` (the same of frames of other videos) and
 *         `visual.stage.s` [S, N_s, D_s] (the last tokens of every stage but the last); only those that a head asks for are in the graph.
 * not:    adapters inside the trunks, which have the trunk itself: `inner-encoder.ts`.
 */
import { type Dim, type DimOf, withSizes } from '../../shapes/index.ts';
import { input } from '../../dsl/index.ts';
import { stagesOf } from '../backbones/config.ts';
import { closeTokens, type Tokens } from '../backbones/grid.ts';
import type { MapSizes, Scene } from '../tasks/head.ts';
import { configsOf } from './backbones.ts';
import type { Variant } from './variant.ts';

/** Stages of a decoder of masks. */
export const pyramid = 4;

/** Of a trunk known by its last tokens alone: each stage before has four times as many, of half the channels. */
const upwards = ({ tokens, channels }: MapSizes): readonly MapSizes[] => Array.from({ length: pyramid }, (_, i) => 2 ** (pyramid - 1 - i)).map((k) => ({ tokens: tokens * k * k, channels: channels / k }));

/** The stages of a variant's visual trunk. Where it names none, its last features are taken for the trunk's end. */
export const stageSizes = ({ backbones, features }: Pick<Variant, 'backbones' | 'features'>): readonly MapSizes[] =>
  backbones === undefined ? upwards(features.visual.at(-1) ?? { tokens: 0, channels: 0 }) : stagesOf(configsOf(backbones).visual).map(({ side, channels }) => ({ tokens: side ** 2, channels }));

const stored = <B extends Dim>(name: string, b: DimOf<B>, { tokens, channels }: MapSizes): Tokens<B> => withSizes({ N: tokens, D: channels }, (s) => closeTokens(input(name, b, s.N, s.D)));

/** Names of the inputs. */
export const sceneNames = { map: 'visual.normed', other: 'other.normed', stage: (index: number): string => `visual.stage.${index}` } as const;

/** The pictures of B segments as stored features. */
export const storedScene = (stages: readonly MapSizes[]) => <B extends Dim>(b: DimOf<B>): Scene<B> => {
  const last = stages.at(-1) ?? { tokens: 0, channels: 0 };
  const map = (): Tokens<B> => stored(sceneNames.map, b, last);
  return { map, other: () => stored(sceneNames.other, b, last), stages: () => [...stages.slice(0, -1).map((sizes, i) => stored(sceneNames.stage(i), b, sizes)), map()] };
};
