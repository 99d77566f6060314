/**
 * Temporal: what DG-SCT and AVMoE do with the segments of a video after the trunks: each stream is read over time, encoded, asks the
 * other one, and is gated by it.
 *
 *   v ← BiLSTM(ReLU(W v)), a ← BiLSTM(W a);   v' = encode(v), a' = encode(a)
 *   V = decode(v; a') (1 + 0.1 g_a),  A = decode(a; v') (1 + 0.1 g_v);   g = σ(linear) of the encoded streams
 *
 * idea:   `unused` layers are declared by the released classes and never called. They are part of the published counts.
 * not:    dropout.
 * source: Duan et al. 2023, arXiv:2311.05152, and its released code (after Xia and Zhao 2022, CMBS)
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, foldV, plusD, type Tensor } from '../../shapes/index.ts';
import { type Arrow, block, copies, linear, mul, opaque, rearrange, relu, repeat, scale, shift, sigmoid, type SomeBlock } from '../../dsl/index.ts';
import { type Both, both } from '../modality.ts';
import { type Decode, decoderLayer, encoderLayer, type LayerSizes, type Sequence } from './layers.ts';
import { bothWays } from './lstm.ts';

/** V and A channels of the trunks; E and F after the first maps; R and S units of each direction of the two LSTMs. */
export interface TemporalSizes<in out V extends Dim, in out A extends Dim, in out E extends Dim, in out F extends Dim, in out R extends Dim, in out S extends Dim, in out D extends Dim, in out H extends Dim, in out K extends Dim, in out M extends Dim> extends LayerSizes<D, H, K, M> {
  readonly v: DimOf<V>;
  readonly a: DimOf<A>;
  readonly e: DimOf<E>;
  readonly f: DimOf<F>;
  readonly r: DimOf<R>;
  readonly s: DimOf<S>;
}

/** The released sizes, over trunks of V and A channels. */
export const publishedTemporal = <V extends Dim, A extends Dim>(v: DimOf<V>, a: DimOf<A>): TemporalSizes<V, A, 512, 128, 256, 128, 256, 4, 64, 1024> =>
  ({ v, a, e: dim(512), f: dim(128), r: dim(256), s: dim(128), d: dim(256), h: dim(4), k: dim(64), m: dim(1024) });

export interface Told<in out B extends Dim, in out T extends Dim, in out D extends Dim> {
  /** [B, T, D] each */
  readonly streams: Both<Tensor<[B, T, D]>>;
  /** g_v and g_a, [B, T] each, in 0 … 1 */
  readonly gates: Both<Tensor<[B, T]>>;
}
/** shape: v [B, T, V], a [B, T, A] → streams [B, T, D], gates [B, T] */
export interface Tell<in out V extends Dim, in out A extends Dim, in out D extends Dim> {
  <B extends Dim, T extends Dim>(v: Tensor<[B, T, V]>, a: Tensor<[B, T, A]>): Told<B, T, D>;
}

/** shape: [B, T, I] → [B, T, D] */
interface Encode<in out I extends Dim, in out D extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>): Tensor<[B, T, D]>;
}
const encoder = <I extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(i: DimOf<I>, s: LayerSizes<D, H, K, M>): SomeBlock<Encode<I, D>> =>
  opaque(block({ input: linear(i, s.d), layers: copies(dim(2))(encoderLayer(s)), unused: encoderLayer(s) }, (p): Encode<I, D> => <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>) =>
    foldV<Sequence<D>, Tensor<[B, T, D]>>(p.input(x), (y, layer) => layer(y))(p.layers)));

interface Ask<in out I extends Dim, in out D extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>, memory: Tensor<[B, T, D]>): Tensor<[B, T, D]>;
}
const decoder = <I extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(i: DimOf<I>, s: LayerSizes<D, H, K, M>): SomeBlock<Ask<I, D>> =>
  opaque(block({ input: linear(i, s.d), layer: decoderLayer(s), unused: decoderLayer(s) }, (p): Ask<I, D> => (x, memory) => asked(p.layer, p.input(x), memory)));
const asked = <B extends Dim, T extends Dim, D extends Dim>(decode: Decode<D>, x: Tensor<[B, T, D]>, memory: Tensor<[B, T, D]>): Tensor<[B, T, D]> => decode(x, memory);

/** x (1 + 0.1 g). shape: x [B, T, D], g [B, T] → [B, T, D] */
const opened = <D extends Dim>(d: DimOf<D>) => <B extends Dim, T extends Dim>(x: Tensor<[B, T, D]>, g: Tensor<[B, T]>): Tensor<[B, T, D]> => mul(x, repeat('b t -> b t d', { d })(shift(1)(scale(0.1)(g))));

/** One stream: I channels, read by R units in each direction, encoded and gated; what it asks the other one. */
export const stream = <I extends Dim, R extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(i: DimOf<I>, r: DimOf<R>, s: LayerSizes<D, H, K, M>) => {
  const rr = plusD(r, r);
  return { lstm: bothWays(i, r), encode: encoder(rr, s), decode: decoder(rr, s), gate: linear(s.d, dim(1)) } as const;
};
/** σ of one number per segment. shape: [B, T, D] → [B, T] */
export const gateOf = <D extends Dim>(gate: Arrow<[D], [1]>) => <B extends Dim, T extends Dim>(encoded: Tensor<[B, T, D]>): Tensor<[B, T]> => pipe(encoded, gate, rearrange('b t 1 -> b t'), sigmoid);

/** The stack of one pair of streams. */
export const temporal = <V extends Dim, A extends Dim, E extends Dim, F extends Dim, R extends Dim, S extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(s: TemporalSizes<V, A, E, F, R, S, D, H, K, M>): SomeBlock<Tell<V, A, D>> => {
  const decls = {
    visual: block({ input: linear(s.v, s.e), ...stream(s.e, s.r, s) }, (p) => p),
    audio: block({ input: linear(s.a, s.f), ...stream(s.f, s.s, s) }, (p) => p),
  };
  return opaque(block(decls, (p): Tell<V, A, D> => (v, a) => {
    const seen = p.visual.lstm(relu(p.visual.input(v)));
    const heard = p.audio.lstm(p.audio.input(a));
    const encoded = both(p.visual.encode(seen), p.audio.encode(heard));
    const gates = both(gateOf(p.visual.gate)(encoded.visual), gateOf(p.audio.gate)(encoded.audio));
    const open = opened(s.d);
    return { streams: both(open(p.visual.decode(seen, encoded.audio), gates.audio), open(p.audio.decode(heard, encoded.visual), gates.visual)), gates };
  }));
};
