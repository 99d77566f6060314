/**
 * Taps: what a trunk shows of itself: the input and output tokens of every block, and the normed end.
 * idea:   adapters beside a frozen trunk read taps; taps that nobody asks for are not in the graph, so they cost nothing.
 * not:    exact sizes in types, which need a configuration (molt/backbones/stage-shape.ts): `tapAs` compares a tap with the dims of whoever reads it.
 *         This file is a trust boundary: `tapAs` claims dims whose sizes it has compared.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import { type Dim, type DimOf, type Fault, fault, type Tensor } from '../../shapes/index.ts';
import { einsum, mul, scale, sum, unit, unwrap, wrap } from '../../dsl/index.ts';
import type { Tokens } from './grid.ts';

/** One block of a trunk: N tokens of D channels go in and come out. */
export interface Tap<in out B extends Dim> {
  readonly stage: number;
  readonly block: number;
  /** N */
  readonly tokens: number;
  /** D */
  readonly channels: number;
  readonly input: Tokens<B>;
  readonly value: Tokens<B>;
}

/** A trunk applied to a batch. */
export interface Taps<in out B extends Dim> {
  /** tokens after the patch embedding */
  readonly patches: Tokens<B>;
  /** every block, from the input to the output */
  readonly blocks: readonly Tap<B>[];
  /** the last block's tokens after the final norm */
  readonly normed: Tokens<B>;
}

/** A tap's tokens under exact dims. errors: Shape if they are others */
export const tapAs = <N extends Dim, D extends Dim>(tokens: DimOf<N>, channels: DimOf<D>) => <B extends Dim>(tap: Tap<B>): Either<Fault, Tensor<[B, N, D]>> =>
  tap.tokens === tokens.size && tap.channels === channels.size
    ? right(wrap(unwrap(tap.value)))
    : left(fault('Shape', `block ${tap.block} of stage ${tap.stage}`, [`${tap.tokens} tokens of ${tap.channels} channels`], `${tokens.size} tokens of ${channels.size} channels`));

/** A block of a trunk by its place. */
export interface Place {
  readonly stage: number;
  readonly block: number;
}

/** Which taps: all, those of one stage, the `last` blocks of the last stage (the late pairs are its last two), or some blocks by their places. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'stage'; readonly stage: number }
  | { readonly kind: 'late'; readonly last: number }
  | { readonly kind: 'blocks'; readonly blocks: readonly Place[] };

/** The last two blocks of the last stage: MoLT's late layers. source: arXiv 2512.00115, section 4.3 */
export const late: Selection = { kind: 'late', last: 2 };

/** The chosen ones of some taps, in their order. */
export const chosen = <T extends Place>(selection: Selection, taps: readonly T[]): readonly T[] => {
  switch (selection.kind) {
    case 'all':
      return taps;
    case 'stage':
      return taps.filter((tap) => tap.stage === selection.stage);
    case 'late': {
      const lastStage = Math.max(...taps.map((tap) => tap.stage));
      return taps.filter((tap) => tap.stage === lastStage).slice(-selection.last);
    }
    case 'blocks':
      return taps.filter((tap) => selection.blocks.some(({ stage, block }) => stage === tap.stage && block === tap.block));
  }
};

const total = einsum('b n -> ');

/** Mean over batch and tokens of the cosine between a block's input and output. shape: → []. source: arXiv 2512.00115, figure 4 */
export const inputOutputCosine = <B extends Dim>({ input, value }: Tap<B>): Tensor<[]> => {
  const cosines = sum(-1)(mul(unit()(input), unit()(value)));
  return scale(1 / Math.max(1, (cosines.sizes[0] ?? 1) * (cosines.sizes[1] ?? 1)))(total(cosines));
};
