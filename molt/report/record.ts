/**
 * The record of a demo run: all that its report shows, as plain data.
 * idea:  the run fills it, the report reads it, and nothing else passes between them; as JSON it can be kept and drawn again.
 * not:   a log. There is no clock in it, so that the same seeds give the same record but for the measured seconds.
 */

/** One epoch. Losses are means over the samples of the training split; accuracies are shares between 0 and 1, here and below. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  /** before its weight in the loss; absent where the method has no such term */
  readonly torLoss?: number;
  readonly valAccuracy: number;
}

export interface RunRecord {
  readonly seed: number;
  /** share of the test split's one-second segments that are named correctly */
  readonly testAccuracy: number;
  readonly valAccuracy: number;
  readonly curve: readonly EpochRecord[];
}

export interface MethodRecord {
  /** short and unique: `molt`, `pooled` */
  readonly name: string;
  /** as it is called in tables and pictures: `MoLT`, `Pooled features + linear` */
  readonly label: string;
  readonly trainableParameters: number;
  /** activations kept for the backward pass, bytes a sample */
  readonly savedBytesPerSample: number;
  /** median over all epochs of all runs */
  readonly secondsPerEpoch: number;
  /** how it was trained; absent in records without rivals */
  readonly training?: TrainingRecord;
  readonly runs: readonly RunRecord[];
}

/** Where a method stands, and what its training took; seconds are those of one worker. */
export interface TrainingRecord {
  /** gradients of a method inside the trunks pass through them; one beside them reads features that were made once */
  readonly place: 'beside' | 'inside';
  /** of one run */
  readonly steps: number;
  readonly epochs: number;
  /** greatest rates of adapters and head */
  readonly rate: number;
  readonly headRate: number;
  /** to make the features of the segments that are trained on, once for all epochs, seeds and methods; 0 inside */
  readonly secondsOfFeatures: number;
}

/** The published accuracy of a method on AVE, in %. */
export interface PublishedRecord {
  /** name of the method of this record that it is compared with */
  readonly method: string;
  readonly accuracy: number;
}

/** Published methods side by side. */
export interface RivalsRecord {
  /** how they were trained, in a sentence or two */
  readonly rule: string;
  readonly published: readonly PublishedRecord[];
  /** where the published accuracies stand */
  readonly source: string;
}

/** How alike the tokens before and after a block are: their mean cosine (the paper's Figure 4). */
export interface LayerCosine {
  readonly layer: string;
  readonly cosine: number;
  /** MoLT reads this layer */
  readonly adapted: boolean;
}

export interface BackboneRecord {
  readonly name: string;
  readonly parameters: number;
  /** accuracy at the end of its pre-training, on held-out items of its own pool */
  readonly pretrainAccuracy: number;
  /** in the order of computation */
  readonly cosine: readonly LayerCosine[];
}

export type Modality = 'visual' | 'audio';
export type Regularisation = 'with TOR' | 'without TOR';

export interface ConfusionRecord {
  /** name of the method */
  readonly method: string;
  readonly classes: readonly string[];
  /** row: truth, column: prediction; segments of the test split, summed over the seeds */
  readonly matrix: readonly (readonly number[])[];
}

/** Bootstrap intervals of the mean accuracy over what the test split was drawn from. */
export interface IntervalsRecord {
  /** what is drawn again: `test clips` */
  readonly over: string;
  /** 0.95 */
  readonly level: number;
  readonly methods: readonly { readonly method: string; readonly low: number; readonly high: number }[];
}

/** Mean weight that the router gives to an adapter of a layer pair, over the test split. */
export interface RouterRecord {
  readonly layer: string;
  /** `uni 1`, `cross 2` */
  readonly expert: string;
  readonly mean: number;
  /** over the samples */
  readonly std: number;
  readonly byClass?: readonly { readonly class: string; readonly mean: number }[];
}

/** Mean weight of a latent token in the fusion, over the test split (the paper's Figure 5b). Rows come layer by layer, then token by token. */
export interface FusionRecord {
  readonly label: Regularisation;
  readonly modality: Modality;
  readonly layer: string;
  readonly token: number;
  readonly weight: number;
}

/** Mean cosines of all pairs of latent tokens of a modality, over the test split (the paper's Figure 5a). */
export interface CosineMapRecord {
  readonly label: Regularisation;
  readonly modality: Modality;
  /** L·Z tokens, layer by layer */
  readonly size: number;
  /** in the order of the tokens; their number divides the size */
  readonly layers: readonly string[];
  /** row by row, size² numbers between −1 and 1 */
  readonly values: readonly number[];
  /** mean of equation (8) over the same samples */
  readonly torValue: number;
}

/** One clip of the test split, second by second. */
export interface StripRecord {
  readonly clip: string;
  /** the class of the event in it */
  readonly event: string;
  /** [10, side, side, 3] bytes RGB, in base64 */
  readonly frames: { readonly side: number; readonly bytes: string };
  /** [10, columns, bands] bytes of log-mel power, low bands first, in base64 */
  readonly spectrogram: { readonly columns: number; readonly bands: number; readonly bytes: string };
  readonly truth: readonly string[];
  readonly prediction: readonly string[];
  /** is the event's instrument heard, is it seen */
  readonly heard?: readonly boolean[];
  readonly seen?: readonly boolean[];
  /** what else there is: `a decoy violin is heard` */
  readonly note?: string;
}

export interface CreditRecord {
  readonly source: string;
  readonly licence: string;
  readonly use: string;
}

export interface SplitCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

export interface DemoRecord {
  readonly title: string;
  /** name of the method that the report is about */
  readonly focus: string;
  /** name of the control that it has to beat */
  readonly control: string;
  readonly seeds: readonly number[];
  /** by label; the last is the background */
  readonly classNames: readonly string[];
  readonly data: {
    readonly clips: SplitCounts;
    /** one-second segments of a clip */
    readonly segments: number;
    /** share of segments labelled background */
    readonly backgroundShare: SplitCounts;
    readonly note: string;
  };
  readonly backbones: { readonly [M in Modality]: BackboneRecord };
  readonly methods: readonly MethodRecord[];
  /** absent where only controls were trained */
  readonly rivals?: RivalsRecord;
  readonly confusion: ConfusionRecord;
  readonly intervals?: IntervalsRecord;
  readonly router: readonly RouterRecord[];
  readonly fusion: readonly FusionRecord[];
  readonly cosineMaps: readonly CosineMapRecord[];
  /** which run the strips show: `MoLT, seed 1` */
  readonly stripsOf: string;
  readonly strips: readonly StripRecord[];
  readonly credits: readonly CreditRecord[];
  readonly notes: readonly string[];
}
