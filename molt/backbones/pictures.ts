/**
 * Pictures: frames as bytes, [B, side, side, 3] in 0 … 255, to what Swin-V2 takes: normalised colour.
 * source: mean and standard deviation of ImageNet's channels, as every published Swin checkpoint uses them
 */
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { addBias, input, mulBias, tensor } from '../../dsl/index.ts';

const mean = [0.485, 0.456, 0.406] as const;
const deviation = [0.229, 0.224, 0.225] as const;

/** shape: [B, S, S, 3] in 0 … 255 → [B, S, S, 3] of mean about 0 and deviation about 1 */
export const normalised = <B extends Dim, S extends Dim>(frames: Tensor<[B, S, S, 3]>): Tensor<[B, S, S, 3]> => {
  const gain = tensor(deviation.map((d) => 1 / (255 * d)), dim(3));
  const offset = tensor(mean.map((m, i) => -m / (deviation[i] ?? 1)), dim(3));
  return addBias(mulBias(frames, gain), offset);
};

/** Frames given at run time under a name. shape: → [B, S, S, 3] */
export const framesInput = <B extends Dim, S extends Dim>(name: string, b: DimOf<B>, side: DimOf<S>): Tensor<[B, S, S, 3]> => input(name, b, side, side, dim(3));
