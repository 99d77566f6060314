/**
 * Trunks: both trunks of a variant as they are, without adapters: every block's tokens, over one batch of pictures and sounds.
 * idea:   weights are `visual.…` and `audio.…`, or `trunk.…` where one Swin runs both streams, as in molt/adapters/inside.ts.
 */
import type { Dim } from '../../shapes/index.ts';
import { type Declared, declaredOf, instantiate, type Node, unwrap } from '../../dsl/index.ts';
import { bothEntered, bothTrunks, otherTaps, type Trained, type Trunks } from '../adapters/inside.ts';
import type { BatchSizes, Entered } from '../backbones/applied.ts';
import { countWeights } from '../backbones/backbone.ts';
import { backboneConfigs, type BackboneName } from '../backbones/config.ts';
import type { Tokens } from '../backbones/grid.ts';
import { chosen, type Taps } from '../backbones/taps.ts';
import { run } from '../backbones/trunk.ts';
import { type Both, both, modalities } from '../modality.ts';
import { configsOf, placesAt } from './backbones.ts';
import { sceneNames } from './scene.ts';
import type { Backbones } from './variant.ts';

export const trunksOf = (backbones: Backbones): Trunks => ({ ...configsOf(backbones), shared: backbones.shared === true });

/** Trunks over one batch. */
export interface Bare {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly taps: Both<Taps<'B'>>;
  readonly inputs: Both<Entered['input']>;
  /** the visual trunk's over as many other pictures, `other.pixels` */
  readonly other: () => Taps<'B'>;
}

/** Both trunks over their published inputs: `visual.pixels`, and `audio.logmel` or `audio.pixels`. */
export const bareTrunks = (trunks: Trunks, sizes: BatchSizes, trained: Trained): Bare => {
  const whole = bothTrunks(trunks, trained);
  const parts = instantiate(whole);
  const published: BatchSizes = { form: 'published', ...sizes };
  const enter = bothEntered(trunks, published, parts);
  return {
    declared: declaredOf(whole), taps: both(run(parts.visual.trunk, enter.visual.patches), run(parts.audio.trunk, enter.audio.patches)), inputs: both(enter.visual.input, enter.audio.input),
    other: () => otherTaps(trunks.visual, published, parts.visual),
  };
};

/** The last tokens of each stage of a trunk, the last one's after the final norm. */
export const stageEnds = <B extends Dim>({ blocks, normed }: Taps<B>): readonly Tokens<B>[] =>
  [...blocks.flatMap((tap, i) => (blocks[i + 1]?.stage === tap.stage + 1 ? [tap.value] : [])), normed];

/** What frozen trunks give in the place of stored features, by the inputs' names: the layers at a position, and what heads look at besides. */
export const trunkInputs = (backbones: Backbones, segments: number): { readonly declared: ReadonlyMap<string, Declared>; readonly tokens: ReadonlyMap<string, () => Node> } => {
  const configs = configsOf(backbones);
  const { taps, declared, other } = bareTrunks(trunksOf(backbones), { batch: segments }, 'nothing');
  const layers = modalities.flatMap((m) =>
    chosen({ kind: 'blocks', blocks: placesAt(configs[m], backbones.position) }, taps[m].blocks).map((tap, l): readonly [string, () => Node] => [`${m}.${l}`, () => unwrap(tap.value)]));
  const stages = stageEnds(taps.visual).slice(0, -1).map((tokens, i): readonly [string, () => Node] => [sceneNames.stage(i), () => unwrap(tokens)]);
  return { declared, tokens: new Map([...layers, ...stages, [sceneNames.map, () => unwrap(taps.visual.normed)], [sceneNames.other, () => unwrap(other().normed)]]) };
};

/** Weights of released checkpoints that no task here uses, and that published totals count. */
const beyond: { readonly [N in BackboneName]?: number } = {
  // a head of 21,841 classes
  'swinv2-large-w12-192': 21_841 * 1536 + 21_841,
  // two heads of 527 classes, the Fourier matrices of 513 bins, the mel matrix
  htsat: 527 * 768 * 2 * 3 + 527 + (527 * 527 + 527) + 2 * 513 * 1024 + 513 * 64,
};

/** What published totals count as frozen: the weights of the trunks, and those of the checkpoints that nothing uses. */
export interface PublishedFrozen {
  readonly trunks: number;
  readonly unused: number;
  readonly total: number;
}
export const publishedFrozen = (backbones: Backbones): PublishedFrozen => {
  const names = backbones.shared === true ? [backbones.visual] : [backbones.visual, backbones.audio];
  const sum = (of: (name: BackboneName) => number): number => names.reduce((all, name) => all + of(name), 0);
  const [trunks, unused] = [sum((name) => countWeights(backboneConfigs[name]).trainable), sum((name) => beyond[name] ?? 0)];
  return { trunks, unused, total: trunks + unused };
};
