/**
 * AVQA: the head of question answering: where the sound comes from in each frame, what the question asks of both streams, one answer.
 *
 *   grounded_t = Σ_n softmax_n(v̂_tn · Â_t) v̂_tn;   G_t = W [mean_n v_tn ; grounded_t]
 *   answer = W tanh(q ⊙ W tanh[attend(q; A) + mean A ; attend(q; G) + mean G])
 *
 * idea:   `unused` layers are declared by the released classes and never called; they are part of their counts.
 * not:    dropout; the frames of another video (negatives) come in as tokens like any others.
 * source: Li et al. 2022, MUSIC-AVQA, arXiv:2203.14072, section 4, as the released code of DG-SCT and AVMoE has it
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Add, dim, type Dim, type DimOf, type Ix, plusD, type Tensor } from '../../shapes/index.ts';
import { add, type Arrow, beside, block, concat, crossEntropy, einsum, embed, indices, layerNorm, linear, mapBlock, mean, mul, normalInit, opaque, param, pure, rearrange, reduce, relu, scale, softmax, type SomeBlock, tanh, unit } from '../../dsl/index.ts';
import { multiHead } from '../multi-head.ts';
import { lastState } from './lstm.ts';

/** W words of the vocabulary, A channels of the audio trunk, D channels of everything else, H heads of width K, C answers; X, Y, Z units of the matching layers. */
export interface AvqaSizes<in out W extends Dim, in out A extends Dim, in out D extends Dim, in out H extends Dim, in out K extends Dim, in out C extends Dim, in out X extends Dim, in out Y extends Dim, in out Z extends Dim> {
  readonly words: DimOf<W>;
  readonly a: DimOf<A>;
  readonly d: DimOf<D>;
  readonly h: DimOf<H>;
  readonly k: DimOf<K>;
  readonly c: DimOf<C>;
  readonly x: DimOf<X>;
  readonly y: DimOf<Y>;
  readonly z: DimOf<Z>;
}

/** The released sizes: a vocabulary of 93 words, 42 answers, over trunks of D and A channels; 4 heads of width K. */
export const publishedAvqa = <A extends Dim, D extends Dim, K extends Dim>(a: DimOf<A>, d: DimOf<D>, k: DimOf<K>): AvqaSizes<93, A, D, 4, K, 42, 512, 256, 128> =>
  ({ words: dim(93), a, d, h: dim(4), k, c: dim(42), x: dim(512), y: dim(256), z: dim(128) });

/** What one video and question bring: Q words, T segments of N tokens. */
export interface Asked<in out B extends Dim, in out Q extends Dim, in out T extends Dim, in out N extends Dim, in out W extends Dim, in out A extends Dim, in out D extends Dim> {
  /** [B, Q] */
  readonly question: Tensor<[B, Q], Ix<W>>;
  /** [B, T, N, D], normed tokens */
  readonly visual: Tensor<[B, T, N, D]>;
  /** the same of frames of other videos */
  readonly other: Tensor<[B, T, N, D]>;
  /** [B, T, A] */
  readonly audio: Tensor<[B, T, A]>;
  /** [B, T, D], in the place of the means of the own tokens */
  readonly pooled?: Tensor<[B, T, D]>;
}
export interface Answered<in out B extends Dim, in out T extends Dim, in out C extends Dim> {
  /** logits, [B, C] */
  readonly answer: Tensor<[B, C]>;
  /** logits of "does not belong to the sound" and "belongs", [B, T, 2], for the own frames and for the others */
  readonly match: Tensor<[B, T, 2]>;
  readonly mismatch: Tensor<[B, T, 2]>;
}
export interface Answer<in out W extends Dim, in out A extends Dim, in out D extends Dim, in out C extends Dim> {
  <B extends Dim, Q extends Dim, T extends Dim, N extends Dim>(x: Asked<B, Q, T, N, W, A, D>): Answered<B, T, C>;
}

/** Words to one vector. shape: [B, Q] → [B, D] */
const question = <W extends Dim, D extends Dim>(w: DimOf<W>, d: DimOf<D>) =>
  block({ words: param(normalInit(1), w, d), lstm: lastState(d, d), out: linear(plusD(d, d), d) }, (p) => <B extends Dim, Q extends Dim>(ids: Tensor<[B, Q], Ix<W>>): Tensor<[B, D]> => {
    const { h, c } = p.lstm(tanh(embed(p.words, ids)));
    return p.out(tanh(concat(-1)(h, c)));
  });

const pooledOver = reduce('mean', 'b t n d -> b t d');

/** shape: v [B, T, N, D], A [B, T, D], the frames' means or what stands for them [B, T, D] → [B, T, 2D] */
const grounded = <B extends Dim, T extends Dim, N extends Dim, D extends Dim>(v: Tensor<[B, T, N, D]>, a: Tensor<[B, T, D]>, pooled: Tensor<[B, T, D]>): Tensor<[B, T, Add<D, D>]> => {
  const rows = unit()(v);
  const weights = softmax(einsum('b t n d, b t d -> b t n')(rows, unit()(a)));
  return concat(-1)(pooled, einsum('b t n, b t n d -> b t d')(weights, rows));
};

/** What the question finds in one stream, and the stream's mean. shape: q [B, D], x [B, T, D] → [B, D] */
const asking = <D extends Dim, H extends Dim, K extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>) =>
  block({ attention: multiHead(d, h, k), first: linear(d, d), second: linear(d, d), norm: layerNorm(d) }, (p) => <B extends Dim, T extends Dim>(q: Tensor<[B, D]>, x: Tensor<[B, T, D]>): Tensor<[B, D]> => {
    const y = rearrange('b 1 d -> b d')(p.attention(rearrange('b d -> b 1 d')(q), x));
    return add(p.norm(add(y, p.second(relu(p.first(y))))), reduce('mean', 'b t d -> b d')(x));
  });

const matching = <D extends Dim, X extends Dim, Y extends Dim, Z extends Dim>(d: DimOf<D>, x: DimOf<X>, y: DimOf<Y>, z: DimOf<Z>) =>
  block({ first: linear(plusD(d, d), x), second: linear(x, y), third: linear(y, z), out: linear(z, dim(2)) }, (p): Arrow<[Add<D, D>], [2]> => (x) => pipe(x, p.first, relu, p.second, relu, p.third, relu, p.out));

/** The sound's two layers. */
const hearing = <A extends Dim, D extends Dim>(a: DimOf<A>, d: DimOf<D>) => block({ first: linear(a, d), second: linear(d, d) }, (p): Arrow<[A], [D]> => (x) => p.second(relu(p.first(x))));

/** Layers that a class declares and never calls. */
export type Unused = SomeBlock<void>;
export const noneUnused = (): Unused => opaque(pure<void>(undefined));
const unusedOf = <A extends Dim, D extends Dim>(a: DimOf<A>, d: DimOf<D>): Unused => opaque(block({ sound: hearing(a, d), norm: layerNorm(d) }, (): void => undefined));
/** Those of LAVisH's class: what its model for other features needed. */
const lavishUnused = <D extends Dim>(d: DimOf<D>): Unused => {
  const [sound, square] = [linear(dim(128), d), linear(d, d)];
  return opaque(block({ sound, 'sound-pure': sound, 'second-pure': square, picture: linear(dim(2048), d), both: linear(plusD(d, d), d), time: square, hear: square, see: square, norm: layerNorm(d) }, (): void => undefined));
};

/** The head; `unused` are those of DG-SCT's and AVMoE's class if nothing is said. */
export const avqa = <W extends Dim, A extends Dim, D extends Dim, H extends Dim, K extends Dim, C extends Dim, X extends Dim, Y extends Dim, Z extends Dim>(
  { words, a, d, h, k, c, x: first, y: second, z: third }: AvqaSizes<W, A, D, H, K, C, X, Y, Z>, unused: Unused = unusedOf(a, d)): SomeBlock<Answer<W, A, D, C>> => {
  const decls = {
    question: question(words, d), sound: hearing(a, d), ground: linear(plusD(d, d), d), match: matching(d, first, second, third), hear: asking(d, h, k), see: asking(d, h, k), fuse: linear(plusD(d, d), d), answer: linear(d, c), unused,
  };
  return opaque(block(decls, (p): Answer<W, A, D, C> => (x) => {
    const q = p.question(x.question);
    const heard = p.sound(x.audio);
    const [seen, other] = [p.ground(tanh(grounded(x.visual, heard, x.pooled ?? pooledOver(x.visual)))), p.ground(tanh(grounded(x.other, heard, pooledOver(x.other))))];
    const fused = p.fuse(tanh(concat(-1)(p.hear(q, heard), p.see(q, seen))));
    return { answer: p.answer(tanh(mul(fused, q))), match: p.match(concat(-1)(heard, seen)), mismatch: p.match(concat(-1)(heard, other)) };
  }));
};

/** The head behind a linear map of V visual channels to its own D; the map is `look`. */
export const avqaOver = <V extends Dim, W extends Dim, A extends Dim, D extends Dim, C extends Dim>(v: DimOf<V>, d: DimOf<D>, head: SomeBlock<Answer<W, A, D, C>>): SomeBlock<Answer<W, A, V, C>> =>
  opaque(mapBlock(([answer, { look }]: readonly [Answer<W, A, D, C>, { readonly look: Arrow<[V], [D]> }]): Answer<W, A, V, C> => ({ question: ids, visual, other, audio, pooled }) =>
    answer({ question: ids, visual: look(visual), other: look(other), audio, ...(pooled === undefined ? {} : { pooled: look(pooled) }) }))(beside(head, block({ look: linear(v, d) }, (p) => p))));

/** LAVisH's head: the same at D channels, over V of the visual trunk; `sound` does what its two linear maps of the sound do. */
export const lavishAvqa = <V extends Dim, W extends Dim, A extends Dim, D extends Dim, H extends Dim, K extends Dim, C extends Dim, X extends Dim, Y extends Dim, Z extends Dim>(v: DimOf<V>, sizes: AvqaSizes<W, A, D, H, K, C, X, Y, Z>): SomeBlock<Answer<W, A, V, C>> =>
  avqaOver(v, sizes.d, avqa(sizes, lavishUnused(sizes.d)));

/** Cross-entropy of the answer [B], and half that of matching over own and other frames. shape: → [] */
export const avqaLoss = <B extends Dim, T extends Dim, C extends Dim>(out: Answered<B, T, C>, answer: Tensor<[B], Ix<C>>, belongs: Tensor<[B, T], Ix<2>>, not: Tensor<[B, T], Ix<2>>): Tensor<[]> => {
  const matched = add(reduce('mean', 'b t -> ')(crossEntropy(out.match, belongs)), reduce('mean', 'b t -> ')(crossEntropy(out.mismatch, not)));
  return add(mean(-1)(crossEntropy(out.answer, answer)), scale(0.25)(matched));
};

/** The same where own frames belong to the sound and the others do not, as in training. shape: T segments a clip → [] */
export const pairedAvqaLoss = <B extends Dim, T extends Dim, C extends Dim>(b: DimOf<B>, t: DimOf<T>, out: Answered<B, T, C>, answer: Tensor<[B], Ix<C>>): Tensor<[]> => {
  const all = (value: number): Tensor<[B, T], Ix<2>> => indices(dim(2), new Uint8Array(b.size * t.size).fill(value), b, t);
  return avqaLoss(out, answer, all(1), all(0));
};
