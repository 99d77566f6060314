/**
 * Spectrogram: log-mel frames to a square picture: normalised per band, stretched in time, folded into chunks.
 * idea:   bicubic interpolation of a known number of frames is a constant matrix, so resizing is one product.
 * not:    frames beyond what the picture holds: the released code crops at random, here that is a fault.
 *         This file is a trust boundary: frames and bands get the dims whose sizes it has compared.
 * source: Chen et al. 2022, HTS-AT, arXiv:2202.00874, section 2.1 (reshape_wav2img of the released code);
 *         weights of the interpolation: Keys 1981 with a = −0.75, corners aligned, edges repeated, as torch.nn.functional.interpolate
 */
import { type Dim, DimOf, fault, type Mul, raise, type Tensor, timesD } from '../../shapes/index.ts';
import { add, addBias, block, einsum, frozen, mul, mulBias, neg, ones, param, rearrange, rsqrt, shift, tensor, unwrap, wrap, zeros } from '../../dsl/index.ts';
import { cubic } from './cubic.ts';
import { joined } from './trunk.ts';

/** Row-major [to, from]: each row interpolates one frame from four. */
export const bicubicMatrix = (from: number, to: number): Float32Array => {
  const matrix = new Float32Array(from * to);
  const step = to > 1 ? (from - 1) / (to - 1) : 0;
  for (let row = 0; row < to; row += 1) {
    const at = row * step;
    const floor = Math.floor(at);
    for (let tap = -1; tap <= 2; tap += 1) {
      const column = Math.min(from - 1, Math.max(0, floor + tap));
      matrix[row * from + column] = (matrix[row * from + column] ?? 0) + cubic(Math.abs(at - floor - tap));
    }
  }
  return matrix;
};

const epsilon = 1e-5;

/** Batch norm over mel bands by statistics of the training set, which no training touches here. shape: [B, T, M] kept */
const bandNorm = <M extends Dim>(m: DimOf<M>) =>
  joined(
    block({ weight: param(ones, m), bias: param(zeros, m) }, (p) => p),
    frozen(block({ running_mean: param(zeros, m), running_var: param(ones, m) }, (p) => p)),
    (learned, fixed) => {
      const gain = mul(learned.weight, rsqrt(shift(epsilon)(fixed.running_var)));
      const offset = add(learned.bias, neg(mul(fixed.running_mean, gain)));
      return <B extends Dim, T extends Dim>(x: Tensor<[B, T, M]>): Tensor<[B, T, M]> => addBias(mulBias(x, gain), offset);
    },
  );

const interpolate = einsum('b t m, o t -> b o m');

/** T frames to as many as the picture holds. shape: [B, T, M] → [B, O, M] */
const stretch = <O extends Dim>(o: DimOf<O>) => <B extends Dim, T extends Dim, M extends Dim>(x: Tensor<[B, T, M]>): Tensor<[B, O, M]> => {
  const frames = x.sizes[1] ?? 0;
  if (frames > o.size) return raise(fault('Shape', 'spectrogram', [`${frames} frames`], `at most ${o.size} frames`, 'cut the clip'));
  const t: DimOf<T> = DimOf.trusted(frames, String(frames));
  return frames === o.size ? wrap(unwrap(x)) : interpolate(x, tensor(bicubicMatrix(frames, o.size), o, t));
};

/** Mel bands as many as configured. */
const openBands = <M extends Dim>(m: DimOf<M>) => <B extends Dim, T extends Dim, N extends Dim>(x: Tensor<[B, T, N]>): Tensor<[B, T, M]> =>
  x.sizes[2] === m.size ? wrap(unwrap(x)) : raise(fault('Shape', 'spectrogram', [`${x.sizes[2]} mel bands`], `${m.size} mel bands`));

/** shape: [B, T, M'] → [B, C·M, S, 1]: row = chunk·M + band, column = time within the chunk */
export interface FoldMap<in out C extends Dim, in out M extends Dim, in out S extends Dim> {
  <B extends Dim, T extends Dim, N extends Dim>(spectrogram: Tensor<[B, T, N]>): Tensor<[B, Mul<C, M>, S, 1]>;
}

/** C chunks of S frames of M bands, normalised by band; weights under `bn0`. */
export const spectrogramPicture = <C extends Dim, M extends Dim, S extends Dim>(c: DimOf<C>, m: DimOf<M>, s: DimOf<S>) => {
  const [open, fill, fold] = [openBands(m), stretch(timesD(c, s)), rearrange('b (c t) m -> b (c m) t 1', { c, t: s })];
  return block({ bn0: bandNorm(m) }, (p): FoldMap<C, M, S> => (x) => fold(fill(p.bn0(open(x)))));
};
