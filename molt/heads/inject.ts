/**
 * Inject: what tokens of both streams hold, put back into pictures of several scales.
 *
 *   x_s ← x_s + γ_s W_O attention(LN(x_s), [t_v W_v ; t_a W_a])
 *
 * idea:   the same block, Mettle's MTI, on stages of a trunk before the decoder (Mettle) or on the decoder's maps (MoLT).
 * source: inferred. Mettle's abstract has tokens of the top layer guide earlier layers; MoLT (arXiv:2512.00115) prints only totals for
 *         segmentation, which leave room for the decoder and four such blocks at 256 channels: 4.20 M of 4.1 M with one Swin, 3.41 M of 3.9 M
 *         with HTS-AT. γ starts at 0: the decoder starts as the released one.
 */
import type { Dim, DimOf, Mul, Tensor } from '../../shapes/index.ts';
import { mapBlock, opaque, rearrange, type SomeBlock } from '../../dsl/index.ts';
import { mti, type Mti } from '../adapters/mettle.ts';
import type { Both } from '../modality.ts';
import { twice } from './resize.ts';
import { four, type Maps, type Scales } from './scales.ts';

/** shape: maps of B clips of T frames; tokens [B·T, M, F] and [B·T, M, C] → the maps */
export interface InjectMaps<in out G extends Dim, in out E extends Dim, in out F extends Dim, in out C extends Dim> {
  <B extends Dim, T extends Dim, M extends Dim>(b: DimOf<B>, t: DimOf<T>, maps: Maps<B, T, G, E>, tokens: Both<Tensor<[Mul<B, T>, M, F]>, Tensor<[Mul<B, T>, M, C]>>): Maps<B, T, G, E>;
}

/** One scale, S places to a side. */
const scale = <S extends Dim, E extends Dim, F extends Dim, C extends Dim>(s: DimOf<S>, ask: Mti<E, F, C>) =>
  <B extends Dim, T extends Dim, M extends Dim>(b: DimOf<B>, t: DimOf<T>, map: Tensor<[B, T, S, S, E]>, { visual, audio }: Both<Tensor<[Mul<B, T>, M, F]>, Tensor<[Mul<B, T>, M, C]>>): Tensor<[B, T, S, S, E]> =>
    rearrange('(b t) (h w) e -> b t h w e', { b, t, h: s, w: s })(ask(rearrange('b t h w e -> (b t) (h w) e')(map), visual, audio));

/** H heads of width K on maps of E channels; G places to a side of the coarsest; tokens of F and C channels. Weights 0 … 3. */
export const injectMaps = <G extends Dim, E extends Dim, H extends Dim, K extends Dim, F extends Dim, C extends Dim>(g: DimOf<G>, e: DimOf<E>, h: DimOf<H>, k: DimOf<K>, f: DimOf<F>, c: DimOf<C>): SomeBlock<InjectMaps<G, E, F, C>> => {
  const [g2, g4] = [twice(g), twice(twice(g))] as const;
  return opaque(mapBlock(([ask1, ask2, ask3, ask4]: Scales<Mti<E, F, C>>): InjectMaps<G, E, F, C> => (b, t, [x1, x2, x3, x4], tokens) =>
    [scale(twice(g4), ask1)(b, t, x1, tokens), scale(g4, ask2)(b, t, x2, tokens), scale(g2, ask3)(b, t, x3, tokens), scale(g, ask4)(b, t, x4, tokens)])(four(mti(e, h, k, f, c))));
};
