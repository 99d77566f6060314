/**
 * Variant: one point of MoLT's design space as a plain value, with every default filled in.
 * idea:  a variant names sizes and readings only; weights, data and engines are somebody else's.
 * laws:  decoding an encoded variant gives it back (test/molt/variants/codec.test.ts)
 * not:   the file's own form: see `codec.ts` for what may be left out there.
 * source: arXiv 2512.00115; the readings A1, A2, A3, A9, A11 are the options `mix`, `share`, `width`, `fusion.over`, `tor.scale`
 */
import type { Both, ModalityName } from '../modality.ts';

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
  readonly visual: 'swinv2-large-w12-192';
  readonly audio: 'htsat';
  /** in the order early, middle, late, without repeats */
  readonly position: readonly Position[];
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

export type Task =
  | { readonly kind: 'none' }
  /** audio-visual event localisation: every segment is one of `classes` events or background */
  | { readonly kind: 'ave'; readonly classes: number; readonly segments: number }
  /** audio-visual segmentation: one sounding source (s4) or several (ms3), masks of size × size */
  | { readonly kind: 'avs'; readonly setting: 's4' | 'ms3'; readonly size: number }
  /** audio-visual question answering */
  | { readonly kind: 'avqa'; readonly answers: number; readonly segments: number };

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

export interface Variant {
  readonly schemaVersion: 1;
  readonly name: string;
  /** L ≥ 1 pairs: the two lists are equally long */
  readonly features: Both<readonly Features[]>;
  /** where the features come from, if the variant named backbones */
  readonly backbones?: Backbones;
  readonly adapter: MoltAdapter;
  readonly task: Task;
  readonly budgets: Budgets;
}

/** H·K of a modality at layer l: the width asked for, or the layer's own channels. */
export const widthAt = (variant: Variant, m: ModalityName, l: number): number => variant.adapter.width[m] ?? variant.features[m][l]?.channels ?? 0;
