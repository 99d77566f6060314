/**
 * Checks: what must hold between the keys of a variant file, each a complaint at its place.
 */
import { pairedBlocks } from '../backbones/pairs.ts';
import { stagesOf } from '../backbones/config.ts';
import type { InsertedAdapter } from '../adapters/rival.ts';
import { modalities, type ModalityName } from '../modality.ts';
import { configsOf } from './backbones.ts';
import type { Complaint } from './combinators.ts';
import { pyramid, stageSizes } from './scene.ts';
import { isInserted, isMettle, isMolt, type MettleAdapter, type MoltAdapter, placement, type Task, type Variant, type VariantOf, widthAt } from './variant.ts';

const none: readonly Complaint[] = [];

const counts = ({ features: { visual, audio }, backbones, adapter }: Variant): readonly Complaint[] => {
  if (placement[adapter.kind] === 'inside') return none;
  const at = [backbones === undefined ? 'features' : 'backbones'];
  if (visual.length !== audio.length) return [{ at, given: `${visual.length} visual layers, ${audio.length} audio layers`, needed: 'as many visual as audio layers: they are paired by place' }];
  return visual.length === 0 ? [{ at, given: 'no layers at that position', needed: 'at least one pair of layers' }] : none;
};

const experts = ({ uda, cda }: MoltAdapter): readonly Complaint[] =>
  uda + cda > 0 ? none : [{ at: ['adapter'], given: 'uda 0 and cda 0', needed: 'at least one adapter: uda or cda above 0' }];

/** Where a width comes from: the option, or the channels of a layer. */
const widths = (variant: VariantOf<MoltAdapter | MettleAdapter>): readonly Complaint[] => {
  const { heads } = variant.adapter;
  return modalities.flatMap((m: ModalityName) => {
    const asked = variant.adapter.width[m];
    if (asked !== null) return asked % heads === 0 ? none : [{ at: ['adapter', 'width', m], given: String(asked), needed: `a width divisible by the ${heads} heads` }];
    return variant.features[m].flatMap(({ channels }, l) =>
      widthAt(variant, m, l) % heads === 0 ? none : [{ at: ['features', m, `[${l}]`, 'channels'], given: String(channels), needed: `channels divisible by the ${heads} heads, or adapter.width.${m} that is` }]);
  });
};

const sharing = ({ adapter, features }: VariantOf<MoltAdapter>): readonly Complaint[] =>
  adapter.share !== 'all'
    ? none
    : modalities.flatMap((m: ModalityName) => {
        const channels = [...new Set(features[m].map((f) => f.channels))];
        return channels.length < 2 ? none : [{ at: ['adapter', 'share'], given: `'all' with ${m} layers of ${channels.join(', ')} channels`, needed: `'none' or 'layer': one set of projections fits layers of equal channels only` }];
      });

/** Channels of the places that adapters inside the trunks stand at. */
const placeChannels = ({ backbones, adapter }: VariantOf<InsertedAdapter>): readonly number[] => {
  if (backbones === undefined) return [];
  const { visual, audio } = configsOf(backbones);
  const skipped = adapter.kind === 'avmoe' ? adapter.skip : [];
  const stages = pairedBlocks(visual, audio).map((pair) => pair.visual.stage).filter((stage) => !skipped.includes(stage));
  return [...new Set([visual, audio].flatMap((config) => stagesOf(config).filter(({ index }) => stages.includes(index)).map(({ channels }) => channels)))];
};

const bottlenecks = (variant: VariantOf<InsertedAdapter>): readonly Complaint[] => {
  const { groups, reduction } = variant.adapter;
  const wrong = placeChannels(variant).filter((d) => d % groups !== 0 || d % (reduction * groups) !== 0);
  return wrong.length === 0 ? none : [{ at: ['adapter', 'reduction'], given: `${reduction} in ${groups} groups, at places of ${wrong.join(', ')} channels`, needed: 'channels divisible by reduction × groups' }];
};
const mixtures = ({ adapter }: VariantOf<InsertedAdapter>): readonly Complaint[] => {
  if (adapter.kind !== 'avmoe') return none;
  const { cross, own, balance = 0 } = adapter;
  if (cross + own === 0) return [{ at: ['adapter'], given: 'cross 0 and own 0', needed: 'at least one expert: cross or own above 0' }];
  return cross + own === 1 && balance > 0 ? [{ at: ['adapter', 'balance'], given: `${balance} over one expert`, needed: 'at least two experts: one is always taken whole' }] : none;
};

type TaskOf<K extends Task['kind']> = Extract<Task, { readonly kind: K }>;
const divisible = (n: number, by: number, key: string, needed: string): readonly Complaint[] => (n % by === 0 ? none : [{ at: ['task', key], given: String(n), needed }]);

const localisation = ({ head, segments, hidden }: TaskOf<'ave'>): readonly Complaint[] =>
  head === 'linear'
    ? none
    : [
        ...(segments < 4 ? [{ at: ['task', 'segments'], given: String(segments), needed: `at least 4: the head ${head} takes the mean of the 4 highest segments` }] : none),
        ...divisible(hidden, 4, 'hidden', `channels divisible by the 4 heads of ${head}, or 0 for the released ones`),
      ];

const answering = (variant: Variant, { hidden, head }: TaskOf<'avqa'>): readonly Complaint[] => {
  const { channels } = stageSizes(variant).at(-1) ?? { channels: 0 };
  const own = hidden === 0 && head !== 'lavish' && channels % 4 !== 0 ? [{ at: ['task', 'hidden'], given: `0, which stands for the trunk's ${channels} channels`, needed: 'channels divisible by the 4 heads of the question' }] : none;
  return [...own, ...divisible(hidden, 4, 'hidden', 'channels divisible by the 4 heads of the question, or 0 for the released ones')];
};

/** Whether the visual trunk gives the four pictures that decoders of masks take. */
const pictures = ({ backbones, features }: Variant): readonly Complaint[] => {
  if (backbones !== undefined) {
    const stages = configsOf(backbones).visual.depths.length;
    return stages === pyramid ? none : [{ at: ['backbones', 'visual'], given: `'${backbones.visual}' of ${stages} stages`, needed: `a trunk of ${pyramid} stages: the decoder looks at all of them` }];
  }
  const last = features.visual.length - 1;
  const { tokens, channels } = features.visual[last] ?? { tokens: 1, channels: 8 };
  const at = (key: string): readonly string[] => ['features', 'visual', `[${last}]`, key];
  return [
    ...(Number.isInteger(Math.sqrt(tokens)) ? none : [{ at: at('tokens'), given: String(tokens), needed: 'a square number: tokens of a picture' }]),
    ...(channels % 8 === 0 ? none : [{ at: at('channels'), given: String(channels), needed: 'channels divisible by 8: each of the three stages before has half as many' }]),
  ];
};

/** MTI stands before every stage but the last. */
const guided = (variant: Variant): readonly Complaint[] => {
  if (!isMettle(variant)) return none;
  const { heads } = variant.adapter;
  const wrong = stageSizes(variant).slice(0, -1).filter(({ channels }) => channels % heads !== 0);
  return wrong.length === 0 ? none : [{ at: ['adapter', 'heads'], given: `${heads}, at stages of ${wrong.map(({ channels }) => channels).join(', ')} channels`, needed: 'heads that divide the channels of every stage: the tokens return to all of them' }];
};

const segmentation = (variant: Variant, { size, hidden }: TaskOf<'avs'>): readonly Complaint[] => {
  const wrong = pictures(variant);
  return [
    ...divisible(size, 32, 'size', 'pixels divisible by 32: the coarsest map has one place for 32 of them'),
    ...divisible(hidden, 4, 'hidden', 'channels divisible by 4, or 0 for the released ones'),
    ...wrong, ...(wrong.length === 0 ? guided(variant) : none),
  ];
};

const tasks = (variant: Variant): readonly Complaint[] => {
  const { task } = variant;
  switch (task.kind) {
    case 'none':
      return none;
    case 'ave':
      return localisation(task);
    case 'avs':
      return segmentation(variant, task);
    case 'avqa':
      return answering(variant, task);
  }
};

/** All complaints about a variant whose keys are well by themselves. */
export const complaintsAbout = (variant: Variant): readonly Complaint[] => {
  const paired = counts(variant);
  return [
    ...(isMolt(variant) ? experts(variant.adapter) : none),
    ...tasks(variant),
    ...paired,
    ...((isMolt(variant) || isMettle(variant)) && paired.length === 0 ? widths(variant) : none),
    ...(isMolt(variant) ? sharing(variant) : none),
    ...(isInserted(variant) ? [...bottlenecks(variant), ...mixtures(variant)] : none),
  ];
};
