/**
 * Paper: the variants whose size the paper prints, and what it prints.
 * idea:  a published share has one decimal, so it stands for an interval of counts; ours lies in it or not.
 * source: MoLT, arXiv 2512.00115, Tables 1 and 3: total parameters and the share that is trained, heads excluded
 */
import { featuresOf } from './backbones.ts';
import { type Backbones, isMolt, type MoltAdapter, type MoltVariant, type Variant } from './variant.ts';

export interface Published {
  /** table and setting */
  readonly where: string;
  /** millions, backbones and head included */
  readonly total: number;
  /** per cent of the total, with one decimal */
  readonly share: number;
}

const late: Backbones = { visual: 'swinv2-large-w12-192', audio: 'htsat', position: ['late'] };

const adapter: MoltAdapter = {
  kind: 'molt', uda: 2, cda: 2, tokens: 8, heads: 8, width: { visual: null, audio: null }, mix: 'token', share: 'none',
  router: { hidden: 128 }, fusion: { kind: 'mlp', hidden: 128, over: 'token' }, tor: { weight: 0.1, scale: 'mean' },
};

const variant = (name: string, changes: Partial<MoltAdapter>): MoltVariant => ({
  schemaVersion: 1, name, features: featuresOf(late), backbones: late, adapter: { ...adapter, ...changes }, task: { kind: 'none' }, budgets: {},
});

/** Late pairs of Swin-V2-L and HTS-AT, as the paper trains them. */
export const paperVariants: readonly { readonly variant: MoltVariant; readonly published: Published }[] = [
  { variant: variant('molt-avqa-late', {}), published: { where: 'Table 1, AVQA with HTS-AT', total: 441.4, share: 25.9 } },
  { variant: variant('molt-ave-late', { uda: 1, cda: 1, width: { visual: 384, audio: 192 } }), published: { where: 'Table 3, AVE with HTS-AT', total: 290.3, share: 6.2 } },
];

const same = (a: MoltVariant, b: MoltVariant): boolean => {
  const sizes = ({ features, adapter: own }: MoltVariant): string => JSON.stringify([features.visual, features.audio, sorted(own)]);
  return sizes(a) === sizes(b);
};
const sorted = (u: unknown): unknown => (typeof u === 'object' && u !== null ? Object.entries(u).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, sorted(value)]) : u);

/** What the paper prints for a variant of these sizes, if it prints anything. A width that equals the channels counts as left out. */
export const publishedFor = (given: Variant): Published | undefined => (isMolt(given) ? paperVariants.find((p) => same(p.variant, plainWidths(given)))?.published : undefined);

const plainWidths = (given: MoltVariant): MoltVariant => {
  const plain = (m: 'visual' | 'audio'): number | null => (given.features[m].every((f) => f.channels === given.adapter.width[m]) ? null : given.adapter.width[m]);
  return { ...given, adapter: { ...given.adapter, width: { visual: plain('visual'), audio: plain('audio') } } };
};

/** A count beside a published share. */
export interface Comparison {
  /** what the printed share stands for, and the interval that rounds to it */
  readonly published: number;
  readonly least: number;
  readonly most: number;
  /** ours minus published */
  readonly difference: number;
  readonly reason: string;
}

export const compare = (count: number, { total, share }: Published): Comparison => {
  const at = (percent: number): number => total * 1e4 * percent;
  const [published, least, most] = [at(share), at(share - 0.05), at(share + 0.05)];
  const interval = `${share} % of ${total} M, rounded to one decimal, is any count from ${(least / 1e6).toFixed(1)} to ${(most / 1e6).toFixed(1)} M`;
  const reason = count >= least && count <= most ? `${interval}: ours is one` : `${interval}: the paper leaves widths open, and ours follow the readings of this variant`;
  return { published, least, most, difference: count - published, reason };
};
