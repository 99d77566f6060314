/**
 * Gating: what the temporal stack says about one scale of a pyramid: how loud the picture of each frame is for the sound, and the other way round.
 *
 *   v ← BiLSTM(ReLU(W v)), a ← BiLSTM(a);   g_v = σ(W encode(v)), g_a = σ(W encode(a))
 *
 * idea:   the stack of `temporal.ts` without the map of the sound; its decoders are run by the released class, which drops what they give.
 *         They are part of the published count and of nothing else.
 * source: Duan et al. 2023, DG-SCT, arXiv:2311.05152, section 3.4, as the released code for segmentation has it (TemporalAttention)
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { block, linear, opaque, relu, type SomeBlock } from '../../dsl/index.ts';
import { type Both, both } from '../modality.ts';
import type { LayerSizes } from './layers.ts';
import { gateOf, stream } from './temporal.ts';

/** E channels of the pictures, F of the sound; R and Q units of each direction of the two LSTMs. */
export interface GatingSizes<in out E extends Dim, in out F extends Dim, in out R extends Dim, in out Q extends Dim, in out D extends Dim, in out H extends Dim, in out K extends Dim, in out M extends Dim> extends LayerSizes<D, H, K, M> {
  readonly e: DimOf<E>;
  readonly f: DimOf<F>;
  readonly r: DimOf<R>;
  readonly q: DimOf<Q>;
}

/** shape: v [B, T, E], a [B, T, F] → g_v and g_a, [B, T] each, in 0 … 1 */
export interface Gates<in out E extends Dim, in out F extends Dim> {
  <B extends Dim, T extends Dim>(v: Tensor<[B, T, E]>, a: Tensor<[B, T, F]>): Both<Tensor<[B, T]>>;
}

/** The gates of one scale. */
export const gating = <E extends Dim, F extends Dim, R extends Dim, Q extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(s: GatingSizes<E, F, R, Q, D, H, K, M>): SomeBlock<Gates<E, F>> => {
  const decls = {
    visual: block({ input: linear(s.e, s.e), ...stream(s.e, s.r, s) }, (p) => p),
    audio: block(stream(s.f, s.q, s), (p) => p),
  };
  return opaque(block(decls, ({ visual, audio }): Gates<E, F> => (v, a) => {
    const [seen, heard] = [visual.encode(visual.lstm(relu(visual.input(v)))), audio.encode(audio.lstm(a))];
    return both(gateOf(visual.gate)(seen), gateOf(audio.gate)(heard));
  }));
};
