/**
 * Metrics of segmentation as AVSBench counts them: M_J, the Jaccard index, and M_F, the F-score at the best threshold.
 *
 *   J = I / (U + 1e-7);   of a frame without any mask: I = pixels predicted 0, U = all pixels
 *   F_θ = 1.3 P R / (0.3 P + R), P and R of "score ≥ θ", θ = 0 … 1 in 255 steps
 *
 * idea:   M_J: the mean over a clip's frames, then over clips. M_F: frames without a mask do not count; the curve over θ is
 *         averaged over the frames of a batch, its maximum is the batch's score (0 if no frame counts), the mean over batches is M_F.
 *         So M_F depends on how frames are batched: one clip as published, four in DG-SCT's test of S4.
 *         Scores are float32 sigmoids and thresholds float32 numbers, as there: a score of exactly 0.5 is not predicted.
 * source: Zhou et al. 2022, AVSBench, arXiv:2207.05042, section 5.1; conventions of its released code (mask_iou, Eval_Fmeasure)
 */
import { fault, raise } from '../../shapes/fault.ts';

/** Frames of one clip, or of one batch of clips: row-major numbers, frame after frame. */
export interface Frames {
  /** logits, as many as pixels of all frames */
  readonly logits: ArrayLike<number>;
  /** what is true of each pixel: 0, or anything else for "sounds" */
  readonly masks: ArrayLike<number>;
  /** pixels of one frame */
  readonly pixels: number;
}

/** σ as a float32. */
export const score = (logit: number): number => Math.fround(1 / (1 + Math.exp(-logit)));

const steps = 254;

/** The 255 thresholds: float32, equal steps counted from the nearer end, 0 and 1 among them. */
export const thresholds: readonly number[] = Array.from({ length: steps + 1 }, (_, i) => {
  const step = Math.fround(1 / steps);
  return i <= steps / 2 ? Math.fround(i * step) : Math.fround(1 - (steps - i) * step);
});

/** How many thresholds a score reaches; a NaN reaches none. */
const reached = (value: number): number => {
  if (Number.isNaN(value)) return 0;
  const guess = Math.min(steps, Math.max(0, Math.floor(value * steps) + 1));
  if ((thresholds[guess] ?? 2) <= value) return guess + 1;
  return (thresholds[guess - 1] ?? 0) <= value ? guess : guess - 1;
};

const framesOf = ({ logits, masks, pixels }: Frames): readonly number[] => {
  if (pixels < 1 || logits.length !== masks.length || logits.length % pixels !== 0) return raise(fault('Shape', 'avs metrics', [`${logits.length} logits`, `${masks.length} mask values`, `${pixels} pixels a frame`], 'whole frames, one mask value per logit'));
  return Array.from({ length: logits.length / pixels }, (_, frame) => frame * pixels);
};

const mean = (xs: readonly number[]): number => (xs.length === 0 ? 0 : xs.reduce((a, b) => a + b, 0) / xs.length);

/** J of the frame that starts at `from`. */
const frameJaccard = ({ logits, masks, pixels }: Frames, from: number): number => {
  let [inter, union, truth] = [0, 0, 0];
  for (let i = from; i < from + pixels; i += 1) {
    const [is, said] = [(masks[i] ?? 0) !== 0, score(logits[i] ?? Number.NaN) > 0.5];
    if (is) truth += 1;
    if (is && said) inter += 1;
    if (is || said) union += 1;
  }
  return truth === 0 ? (pixels - union) / (pixels + 1e-7) : inter / (union + 1e-7);
};

/** Mean J of the frames of one clip. errors: raises a Shape fault unless logits and masks are of the same whole frames */
export const jaccard = (clip: Frames): number => mean(framesOf(clip).map((from) => frameJaccard(clip, from)));

/** M_J: the mean over clips. */
export const meanJaccard = (clips: readonly Frames[]): number => mean(clips.map(jaccard));

/** F at every threshold, of the frame that starts at `from`; undefined if it has no mask. */
const frameCurve = ({ logits, masks, pixels }: Frames, from: number): Float64Array | undefined => {
  const [all, hits] = [new Float64Array(steps + 2), new Float64Array(steps + 2)];
  let truth = 0;
  for (let i = from; i < from + pixels; i += 1) {
    const at = reached(score(logits[i] ?? Number.NaN));
    all[at] = (all[at] ?? 0) + 1;
    if ((masks[i] ?? 0) !== 0) {
      truth += 1;
      hits[at] = (hits[at] ?? 0) + 1;
    }
  }
  if (truth === 0) return undefined;
  const curve = new Float64Array(steps + 1);
  let [over, right] = [0, 0];
  for (let i = steps; i >= 0; i -= 1) {
    over += all[i + 1] ?? 0;
    right += hits[i + 1] ?? 0;
    const [precision, recall] = [right / (over + 1e-20), right / (truth + 1e-20)];
    curve[i] = right === 0 ? 0 : (1.3 * precision * recall) / (0.3 * precision + recall);
  }
  return curve;
};

/** F of one batch at the threshold that suits it best; 0 if no frame has a mask. */
export const fScore = (batch: Frames): number => {
  const curves = framesOf(batch).flatMap((from) => frameCurve(batch, from) ?? []);
  return thresholds.reduce((best, _, i) => Math.max(best, mean(curves.map((curve) => curve[i] ?? 0))), 0);
};

/** M_F: the mean over batches. */
export const meanFScore = (batches: readonly Frames[]): number => mean(batches.map(fScore));
