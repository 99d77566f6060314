/**
 * Shrunk: a variant with every size made tiny and every reading, option and kind kept: what laws and smoke trainings run on.
 * idea:  what was equal stays equal, what was larger stays larger: channels become multiples of the heads in their order, so that layers that
 *        need a projection still do, and layers that can share one still can.
 * laws:  test/molt/variants/shrunk.test.ts: it decodes, and has the shape of the original
 */
import { type Both, both } from '../modality.ts';
import type { Adapter, Backbones, Features, MettleAdapter, MoltAdapter, Task, Variant } from './variant.ts';

/** The rank of each number among the different ones, from 1 on. */
const ranks = (numbers: readonly number[]): ((n: number) => number) => {
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
  return (n) => sorted.indexOf(n) + 1;
};

const few = (n: number): number => Math.min(n, 2);

/** The first and the last layer. */
const ends = <A>(all: readonly A[]): readonly A[] => (all.length <= 2 ? all : [...all.slice(0, 1), ...all.slice(-1)]);

const features = (all: readonly Features[], heads: number): readonly Features[] => {
  const kept = ends(all);
  const tokens = ranks(kept.map((f) => f.tokens));
  const channels = ranks(kept.map((f) => f.channels));
  return kept.map((f) => ({ tokens: tokens(f.tokens) + 1, channels: heads * channels(f.channels) }));
};

const headsOf = (adapter: Adapter): number => ('heads' in adapter && typeof adapter.heads === 'number' ? few(adapter.heads) : 2);
const narrow = ({ width }: MoltAdapter | MettleAdapter, heads: number): Both<number | null> => both(width.visual === null ? null : heads, width.audio === null ? null : heads);

const adapterOf = (adapter: Adapter): Adapter => {
  const heads = headsOf(adapter);
  if (adapter.kind === 'molt') return { ...adapter, uda: Math.min(adapter.uda, 1), cda: Math.min(adapter.cda, 1), tokens: few(adapter.tokens), heads, width: narrow(adapter, heads), router: { hidden: 3 }, fusion: { ...adapter.fusion, hidden: 3 } };
  if (adapter.kind === 'mettle') return { ...adapter, tokens: few(adapter.tokens), heads, width: narrow(adapter, heads) };
  if (adapter.kind === 'none' || adapter.kind === 'norm-only') return adapter;
  return { ...adapter, tokens: few(adapter.tokens), groups: few(adapter.groups), reduction: few(adapter.reduction) };
};

/** Event localisation gets a linear head: CMBS looks at four segments at least, and has laws of its own. */
const taskOf = (task: Task): Task => {
  switch (task.kind) {
    case 'none':
      return task;
    case 'ave':
      return { kind: 'ave', classes: 3, segments: 2, head: 'linear', hidden: 0 };
    case 'avs':
      return { ...task, size: 32, segments: 1, hidden: 4 };
    case 'avqa':
      return { ...task, answers: 3, words: 5, length: 3, segments: 2, hidden: 8 };
  }
};

/** Trunks of four stages with one block each: a step of training through both takes a second in double precision. */
const tiny = ({ shared, position }: Backbones): Backbones => {
  const visual = 'swinv2-mini64';
  return { visual, audio: shared === true ? visual : 'htsat-mini64', position, ...(shared === true ? { shared } : {}) };
};

/** Features from which a picture's four stages follow: tokens are squares, channels multiples of 8. */
const pictured = (all: readonly Features[]): readonly Features[] => all.map(({ tokens, channels }) => ({ tokens: tokens ** 2, channels: 8 * channels }));

/** The same variant, tiny, without budgets. Adapters beside the trunks read features of sizes below 10; those inside stand in trunks of four blocks. */
export const shrunk = (variant: Variant): Variant => {
  const { schemaVersion, name, adapter, task, backbones } = variant;
  const heads = headsOf(adapter);
  const common = { schemaVersion, name, adapter: adapterOf(adapter), task: taskOf(task), budgets: {} };
  const inside = variant.features.visual.length === 0;
  if (inside && backbones !== undefined) return { ...common, features: both([], []), backbones: tiny(backbones) };
  const visual = features(variant.features.visual, heads);
  return { ...common, features: both(task.kind === 'avs' ? pictured(visual) : visual, features(variant.features.audio, heads)) };
};
