/**
 * AVQA: audio-visual question answering: one answer to a question about a clip of T segments.
 * idea:   inputs `question` [B, Q] and, to train, `answer` [B], besides the encoder's own and frames of other videos, which do not belong to the sound.
 *         Where an adapter distils a frame into a vector, that vector stands for the mean of the frame's tokens; grounding looks at the trunk's
 *         own last tokens.
 * source: the released code of DG-SCT, AVMoE and LAVisH. Inferred: what MoLT and Mettle give to the head, which the papers leave open.
 */
import { isSome } from 'fp-ts/lib/Option.js';
import { type Dim, type DimOf, type Mul, same, type Tensor, withSizes } from '../../shapes/index.ts';
import { type Arrow, beside, block, castLast, declaredOf, inputIndices, instantiate, linear, mapBlock, opaque, pure, rearrange, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { openTokens, type Tokens } from '../backbones/grid.ts';
import { type Answer, avqa, avqaOver, type AvqaSizes, lavishAvqa, noneUnused, pairedAvqaLoss } from '../heads/avqa.ts';
import type { Head, Seen, Streams } from './head.ts';

/**
 * Whose class declares the head.
 * released: DG-SCT's and AVMoE's, with the layers that it never calls
 * used:     the same without those
 * lavish:   LAVisH's, at 512 channels behind a linear map, with the layers that it never calls
 */
export type AvqaHead = 'released' | 'used' | 'lavish';

export interface AvqaTask {
  /** C */
  readonly answers: number;
  /** words of the vocabulary, the pad among them */
  readonly words: number;
  /** Q, words of a question */
  readonly length: number;
  /** T */
  readonly segments: number;
  readonly head: AvqaHead;
  /** channels of the head; 0: as released, LAVisH's 512 and the visual trunk's for the others */
  readonly hidden: number;
}

/** Units of the three layers that match a sound with a frame: the released 512, 256 and 128, or as many in those proportions. */
const matching = (units: number) => ({ X: units, Y: units / 2, Z: units / 4 });

/** The head of D channels over V visual and A audio ones. */
interface Make {
  <V extends Dim, W extends Dim, A extends Dim, D extends Dim, H extends Dim, K extends Dim, C extends Dim, X extends Dim, Y extends Dim, Z extends Dim>(v: DimOf<V>, sizes: AvqaSizes<W, A, D, H, K, C, X, Y, Z>): SomeBlock<Answer<W, A, V, C>>;
}
const behind: { readonly [N in AvqaHead]: Make } = {
  released: (v, sizes) => avqaOver(v, sizes.d, avqa(sizes)),
  used: (v, sizes) => avqaOver(v, sizes.d, avqa(sizes, noneUnused())),
  lavish: lavishAvqa,
};

/** The head where it has the visual trunk's own channels, which need no map. */
const own = <W extends Dim, A extends Dim, D extends Dim, H extends Dim, K extends Dim, C extends Dim, X extends Dim, Y extends Dim, Z extends Dim>(head: AvqaHead, sizes: AvqaSizes<W, A, D, H, K, C, X, Y, Z>): SomeBlock<Answer<W, A, D, C>> =>
  head === 'lavish' ? lavishAvqa(sizes.d, sizes) : head === 'used' ? avqa(sizes, noneUnused()) : avqa(sizes);

const answering = <V extends Dim, A extends Dim, W extends Dim, C extends Dim>(task: AvqaTask, v: DimOf<V>, a: DimOf<A>, words: DimOf<W>, c: DimOf<C>): SomeBlock<Answer<W, A, V, C>> => {
  const channels = task.hidden || (task.head === 'lavish' ? 512 : v.size);
  return withSizes({ H: 4, K: channels / 4, D: channels, ...matching(task.hidden || 512) }, (s) => {
    const rest = { words, a, h: s.H, k: s.K, c, x: s.X, y: s.Y, z: s.Z };
    return channels === v.size ? own(task.head, { ...rest, d: v }) : behind[task.head](v, { ...rest, d: s.D });
  });
};

/** What stands for a frame in the head: nothing, or the encoder's vector at the head's visual channels. */
interface Stand<in out D extends Dim, in out V extends Dim> {
  <B extends Dim>(x: Tensor<[B, D]>): Tensor<[B, V]> | undefined;
}
const standing = <D extends Dim, V extends Dim>(d: DimOf<D>, v: DimOf<V>, distilled: boolean): SomeBlock<Stand<D, V>> => {
  if (!distilled) return opaque(pure<Stand<D, V>>(() => undefined));
  const equal = same(d, v);
  if (isSome(equal)) return opaque(pure<Stand<D, V>>((x) => castLast(equal.value)(x)));
  return opaque(mapBlock(({ fit }: { readonly fit: Arrow<[D], [V]> }): Stand<D, V> => (x) => fit(x))(block({ fit: linear(d, v) }, (p) => p)));
};

/** The head; weights `head.…`. */
export const avqaHead = <T extends Dim, D extends Dim, C extends Dim, M extends Dim>(task: AvqaTask, t: DimOf<T>, { d, c, distilled, stages }: Streams<D, C, M>): Head<T, D, C, M> => {
  const { tokens, channels } = stages.at(-1) ?? { tokens: 0, channels: 0 };
  return withSizes({ N: tokens, V: channels, W: task.words, K: task.answers, Q: task.length }, (s): Head<T, D, C, M> => {
    const whole = block({ head: beside(answering(task, s.V, c, s.W, s.K), standing(d, s.V, distilled)) }, (p) => p.head);
    const [answer, stand] = instantiate(whole);
    return {
      declared: declaredOf(whole),
      judge: <B extends Dim>(b: DimOf<B>, { vectors, scene }: Seen<Mul<B, T>, D, C, M>) => {
        const clips = rearrange('(b t) d -> b t d', { b, t });
        const pictures = (x: Tokens<Mul<B, T>>) => rearrange('(b t) n d -> b t n d', { b, t })(openTokens(s.N, s.V)(x));
        const frame = stand(vectors.visual);
        const out = answer({
          question: inputIndices('question', s.W, b, s.Q), visual: pictures(scene.map()), other: pictures(scene.other()), audio: clips(vectors.audio),
          ...(frame === undefined ? {} : { pooled: clips(frame) }),
        });
        return { outputs: new Map([['answer', unwrap(out.answer)], ['match', unwrap(out.match)]]), loss: unwrap(pairedAvqaLoss(b, t, out, inputIndices('answer', s.K, b))) };
      },
    };
  });
};
