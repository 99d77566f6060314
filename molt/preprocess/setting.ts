/**
 * Settings: how the published experiments read a video, as numbers.
 * idea:   one value for each task; nothing else in this folder knows a task by name, and a changed copy is a setting of its own.
 * not:    augmentation (SpecAugment, mixing of spectrograms): features of frozen trunks are computed once, in evaluation mode.
 * source: the data loaders of LAVisH (AVE, AVQA, AVS), https://github.com/GenjiB/LAVISH, and DG-SCT, https://github.com/haoyi-duan/DG-SCT;
 *         AVSBench's frames, arXiv:2207.05042
 */

/**
 * Which of n frames stand for the T segments.
 * linspace:       numpy's integer linspace(1, n, T), both ends included, counted from 1.
 * last-of-second: the last frame of each T-th part; of n = T pictures, every one as it is.
 */
export type FrameChoice = 'linspace' | 'last-of-second';

/**
 * Which T of the seconds of a sound stand for the segments of HTS-AT.
 * first:    seconds 0 … T − 1; what lies beyond the end of the sound is silence.
 * linspace: the seconds of the frames that linspace chooses at one frame a second.
 * stride:   every ⌊seconds / T⌋-th second, from 0 on.
 */
export type SecondChoice = 'first' | 'linspace' | 'stride';

/** Where the mean is taken off: after resizing or before. The taps of a pixel sum to 1, so both give the same numbers but for rounding. */
export type PixelOrder = 'resize, normalise' | 'normalise, resize';

/** The sound as HTS-AT takes it. */
export interface WaveformSetting {
  /** Hz */
  readonly rate: number;
  /** samples of one segment after its second has been repeated */
  readonly tiled: number;
  readonly choice: SecondChoice;
}

/** The sound as a Swin shared by both modalities takes it: Kaldi's filter banks. */
export interface FbankSetting {
  /** Hz */
  readonly rate: number;
  /** length of the piece of sound of one segment, in seconds */
  readonly window: number;
  /** between frames, in milliseconds; in samples rounded down */
  readonly hop: number;
  /** of all filter bank values of the training set; values become (x − mean) / (2 · deviation) */
  readonly mean: number;
  readonly deviation: number;
}

/** How one task reads its videos. */
export interface Setting {
  readonly name: string;
  /** T, segments of a video */
  readonly segments: number;
  /** length of a video; no more of it is read */
  readonly seconds: number;
  /** frames taken from a video file, among which `frames` chooses */
  readonly framesPerSecond: number;
  readonly frames: FrameChoice;
  readonly order: PixelOrder;
  readonly waveform: WaveformSetting;
  readonly fbank: FbankSetting;
}

export const settingNames = ['ave', 'avqa', 'avs'] as const;
export type SettingName = (typeof settingNames)[number];

/**
 * The published settings.
 * Read in the loaders: T, choice and order of the pictures, rates, tiling, windows, hops, means and deviations; 1 frame a second of AVQA.
 * Inferred, not confirmed by any source: 3 frames a second of AVE (LAVisH's advice; the loaders take any number of pictures), 16 of AVS
 * (AVSBench takes the last of 16 samples of each second and publishes only these, made 224×224 by OpenCV; frames of a video are not), and which ten of AVQA's sixty seconds HTS-AT hears
 * (the published arrays hold ten; here those of the chosen frames; `choice: 'stride'` is the other reading, seconds 0, 6, … 54).
 */
export const settings = {
  ave: {
    name: 'ave', segments: 10, seconds: 10, framesPerSecond: 3, frames: 'linspace', order: 'resize, normalise',
    waveform: { rate: 32000, tiled: 320000, choice: 'first' },
    fbank: { rate: 16000, window: 1, hop: 5.2, mean: -4.984795570373535, deviation: 3.7079780101776123 },
  },
  avqa: {
    name: 'avqa', segments: 10, seconds: 60, framesPerSecond: 1, frames: 'linspace', order: 'resize, normalise',
    waveform: { rate: 32000, tiled: 320000, choice: 'linspace' },
    fbank: { rate: 16000, window: 1.95, hop: 10, mean: -5.385333061218262, deviation: 3.5928637981414795 },
  },
  avs: {
    name: 'avs', segments: 5, seconds: 5, framesPerSecond: 16, frames: 'last-of-second', order: 'normalise, resize',
    waveform: { rate: 32000, tiled: 160000, choice: 'first' },
    fbank: { rate: 16000, window: 1.95, hop: 10, mean: -5.210531711578369, deviation: 3.5918314456939697 },
  },
} as const satisfies { readonly [N in SettingName]: Setting };

/** Mean and deviation of ImageNet's channels, red, green, blue, in 0 … 1. */
export const imagenet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
