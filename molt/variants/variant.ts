/**
 * Variant: one point of the design space of audio-visual adapters as a plain value, with every default filled in.
 * idea:  a variant names sizes and readings only; weights, data and engines are somebody else's.
 * laws:  decoding an encoded variant gives it back (test/molt/variants/codec.test.ts)
 * not:   the file's own form: see `codec.ts` for what may be left out there.
 * source: arXiv 2512.00115; the readings A1, A2, A3, A9, A11 are the options `mix`, `share`, `width`, `fusion.over`, `tor.scale`
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { InsertedAdapter } from '../adapters/rival.ts';
import type { BackboneName } from '../backbones/config.ts';
import type { Both, ModalityName } from '../modality.ts';
import type { AvqaTask } from '../tasks/avqa.ts';
import type { AvsTask } from '../tasks/avs.ts';

/** Frozen features of one layer of one modality: N tokens of D channels. */
export interface Features {
  /** N */
  readonly tokens: number;
  /** D */
  readonly channels: number;
}

/** Where the paired layers lie in the backbones: pairs 0–3, 4–9, 10–11 of the twelve. */
export type Position = 'early' | 'middle' | 'late';

export interface Backbones {
  readonly visual: BackboneName;
  /** a Swin hears sound as pictures of its spectrogram */
  readonly audio: BackboneName;
  /** in the order early, middle, late, without repeats */
  readonly position: readonly Position[];
  /** one Swin runs both streams, `visual` */
  readonly shared?: true;
}

export interface Fusion {
  /** `mlp` equations 6 and 7; `average` and `gates` are the paper's Table 7 */
  readonly kind: 'mlp' | 'average' | 'gates';
  /** width of the scoring MLP's hidden layer */
  readonly hidden: number;
  /** reading A9: softmax over all L·Z tokens, or over layers at each token index */
  readonly over: 'token' | 'layer';
}

export interface Tor {
  /** λ, the share of the regulariser in the loss */
  readonly weight: number;
  /** reading A11: divided by (L·Z)² in the loss, or the sum of equation 8 */
  readonly scale: 'mean' | 'sum';
}

export interface MoltAdapter {
  readonly kind: 'molt';
  /** U, uni-modal adapters of each layer pair */
  readonly uda: number;
  /** C, cross-modal adapters of each layer pair; U + C ≥ 1 */
  readonly cda: number;
  /** Z, latent tokens of each adapter */
  readonly tokens: number;
  /** H */
  readonly heads: number;
  /** H·K per modality, reading A3; null: each layer's own channels, and no output projection in TD */
  readonly width: Both<number | null>;
  /** reading A1: W [Z, N] on the token axis, or W [D, D] on the pooled channels */
  readonly mix: 'token' | 'pooled-channel';
  /** reading A2: TD's projections of each adapter, of each (layer, modality), or of each modality */
  readonly share: 'none' | 'layer' | 'all';
  readonly router: { readonly hidden: number };
  readonly fusion: Fusion;
  readonly tor: Tor;
}

/** Mettle's LCD on every given layer, pooled. source: see molt/adapters/mettle.ts for what is inferred */
export interface MettleAdapter {
  readonly kind: 'mettle';
  /** Z, meta-tokens of each layer */
  readonly tokens: number;
  /** H */
  readonly heads: number;
  /** H·K per modality; null: each layer's own channels */
  readonly width: Both<number | null>;
}

/** Frozen features of the last layer, pooled. */
export interface NoAdapter {
  readonly kind: 'none';
}
/** Both trunks with nothing trained but the weights of their norms. */
export interface NormOnly {
  readonly kind: 'norm-only';
}

export type Adapter = MoltAdapter | MettleAdapter | NoAdapter | InsertedAdapter | NormOnly;
/** Adapters beside the trunks: they read stored features. */
export type ParallelAdapter = MoltAdapter | MettleAdapter | NoAdapter;
export type AdapterKind = Adapter['kind'];

/** Where an adapter stands. */
export const placement = {
  molt: 'beside', mettle: 'beside', none: 'beside', lavish: 'inside', 'dg-sct': 'inside', avmoe: 'inside', 'norm-only': 'inside',
} as const satisfies { readonly [A in Adapter as A['kind']]: A extends ParallelAdapter ? 'beside' : 'inside' };

/**
 * What is made of a segment's or a clip's vectors in event localisation.
 * linear:      one linear map, or two with `hidden` units between and nothing else (LAVisH: 512)
 * cmbs:        temporal stack of `hidden` channels (0: the released 256) and CMBS, as AVMoE has them
 * cmbs-dg-sct: the same with two attention blocks that DG-SCT's class declares and drops
 */
export type AveHead = 'linear' | 'cmbs' | 'cmbs-dg-sct';

export type Task =
  | { readonly kind: 'none' }
  /** audio-visual event localisation: every segment is one of `classes` events or background */
  | { readonly kind: 'ave'; readonly classes: number; readonly segments: number; readonly head: AveHead; readonly hidden: number }
  /** audio-visual segmentation: one sounding source (s4) or several (ms3), masks of size × size */
  | ({ readonly kind: 'avs' } & AvsTask)
  /** audio-visual question answering */
  | ({ readonly kind: 'avqa' } & AvqaTask);

export type TaskKind = Task['kind'];

/** Upper limits that a check holds the variant to; an absent one is not checked. */
export interface Budgets {
  readonly trainableParameters?: number;
  /** kept between forward and backward for each sample */
  readonly savedBytesPerSample?: number;
  /** greatest bytes of a training step */
  readonly peakBytes?: number;
  /** of inference, for each sample */
  readonly multiplyAdds?: number;
  /** of the ONNX file with all weights that inference reads */
  readonly exportedBytes?: number;
}

/** How the variant is trained; what a command line says goes before it. */
export interface Training {
  readonly optimiser: 'adam' | 'adamw';
  /** greatest learning rate */
  readonly rate: number;
  /** of the head; null: the same */
  readonly headRate: number | null;
  /** steps of linear warm-up */
  readonly warmup: number;
  /** the last rate as a share of the greatest; a half cosine leads there */
  readonly final: number;
  readonly decay: number;
  /** samples of a step */
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface VariantOf<out A extends Adapter> {
  readonly schemaVersion: 1;
  readonly name: string;
  /** L pairs: the two lists are equally long; none for adapters inside trunks, which read no stored features */
  readonly features: Both<readonly Features[]>;
  /** where the features come from, if the variant named backbones; adapters inside trunks always do */
  readonly backbones?: Backbones;
  readonly adapter: A;
  readonly task: Task;
  readonly budgets: Budgets;
  readonly training?: Training;
}
export type Variant = VariantOf<Adapter>;
export type MoltVariant = VariantOf<MoltAdapter>;
export type ParallelVariant = VariantOf<ParallelAdapter>;

/** A variant whose adapter is of some kinds. */
const narrowed = <const K extends AdapterKind>(...kinds: readonly K[]) => (variant: Variant): variant is VariantOf<Extract<Adapter, { readonly kind: K }>> => kinds.some((kind) => kind === variant.adapter.kind);

export const isMolt = narrowed('molt');
export const isMettle = narrowed('mettle');
export const isInserted = narrowed('lavish', 'dg-sct', 'avmoe');
export const isParallel = narrowed('molt', 'mettle', 'none');

/** A variant of MoLT. errors: Unsupported for other adapters */
export const moltOnly = (variant: Variant): Either<Fault, MoltVariant> =>
  isMolt(variant) ? right(variant) : left(fault('Unsupported', `variant ${variant.name}`, [`adapter ${variant.adapter.kind}`], 'an adapter of kind molt'));

/** H·K of a modality at layer l: the width asked for, or the layer's own channels. */
export const widthAt = ({ adapter, features }: VariantOf<MoltAdapter | MettleAdapter>, m: ModalityName, l: number): number => adapter.width[m] ?? features[m][l]?.channels ?? 0;
