/**
 * Joint: two trunks run side by side with adapters inside: after the first and the second part of every paired block, each stream
 * takes what its adapter finds in the other.
 *
 *   r_m = A1_m(x_m; x_m̄);  x_m ← first(x_m) + r_m;   r_m = A2_m(x_m; x_m̄);  x_m ← second(x_m) + r_m
 *
 * idea:   gradients pass through every frozen part behind the first adapter, which is what these methods' memory goes into.
 *         One Swin for both streams is the same trunk twice.
 * laws:   test/molt/adapters/joint.test.ts: with closed gates both trunks give what they give alone
 * source: Lin et al. 2023, LAVisH, arXiv:2212.07983; DG-SCT's released code, where HTS-AT's blocks run whole before their first
 *         residual is added
 */
import type { Dim, DimOf } from '../../shapes/index.ts';
import { add, mapBlock, opaque, type SomeBlock } from '../../dsl/index.ts';
import { closeRow, closeTokens, flatten, type Grid, type GridMap, type Halves, onGridOf, openTokens, type Row, type Tokens } from '../backbones/grid.ts';
import type { BoundStage, BoundTrunk } from '../backbones/trunk.ts';
import { type Both, both } from '../modality.ts';
import type { Experts, Insert } from './insertion.ts';

/** What an adapter adds, on tokens of sizes that the types do not know. */
export interface TokensInserted<in out B extends Dim> {
  readonly residual: Tokens<B>;
  readonly attention?: Row<B>;
  readonly router?: Experts<B>;
}
export interface TokensInsert {
  <B extends Dim>(x: Tokens<B>, y: Tokens<B>): TokensInserted<B>;
}

/** An adapter of exact sizes as one that checks sizes at run time; the same names. */
export const onTokens = <N extends Dim, D extends Dim, M extends Dim, C extends Dim>(n: DimOf<N>, d: DimOf<D>, m: DimOf<M>, c: DimOf<C>, inner: SomeBlock<Insert<N, D, M, C>>): SomeBlock<TokensInsert> => {
  const [own, other] = [openTokens(n, d), openTokens(m, c)];
  return opaque(mapBlock((insert: Insert<N, D, M, C>): TokensInsert => (x, y) => {
    const { residual, attention, router } = insert(own(x), other(y));
    return { residual: closeTokens(residual), ...(attention === undefined ? {} : { attention: closeRow(attention) }), ...(router === undefined ? {} : { router }) };
  })(inner));
};

/** The four adapters of a pair of blocks: for each stream one after the block's first part and one after its second. */
export type PairAdapters = Both<Places>;
export interface Places {
  readonly first: TokensInsert;
  readonly second: TokensInsert;
}

/** A pair of blocks of one stage, by their places in it; adapters only where the pair has them. */
export interface Pair {
  readonly visual: number;
  readonly audio: number;
  readonly adapters?: PairAdapters;
}

/** How the blocks of a trunk meet adapters: part by part, or whole before the first adapter. */
export type Parts = 'halves' | 'whole';

interface Streams<in out B extends Dim> extends Both<Grid<B>> {
  /** of the last pair with adapters that make them */
  readonly attention: { readonly visual?: Row<B>; readonly audio?: Row<B> };
  /** of every adapter that has a router: pair by pair, after the first part before after the second, visual before audio */
  readonly routers: readonly Experts<B>[];
}

/** Both trunks' ends. */
export interface JointOutput<in out B extends Dim> {
  /** the last blocks' tokens */
  readonly tokens: Both<Tokens<B>>;
  /** the same after each trunk's final norm */
  readonly normed: Both<Tokens<B>>;
  /** each stage's last tokens, before merging */
  readonly stages: Both<readonly Tokens<B>[]>;
  readonly attention: Streams<B>['attention'];
  readonly routers: Streams<B>['routers'];
}

const same: GridMap = (x) => x;
const halvesOf = ({ first, second }: Halves, parts: Parts): Halves => (parts === 'halves' ? { first, second } : { first: (x) => second(first(x)), second: same });
const plain = (blocks: readonly Halves[]): GridMap => (x) => blocks.reduce((y, { first, second }) => second(first(y)), x);

const added = <B extends Dim>(x: Grid<B>, residual: Tokens<B>): Grid<B> => add(x, onGridOf(x, residual));

/** One part of both blocks, with the residuals of the adapters that looked at what came in. */
const step = <B extends Dim>(x: Streams<B>, run: Both<GridMap>, insert: Both<TokensInsert>): Streams<B> => {
  const [v, a] = [flatten(x.visual), flatten(x.audio)];
  const [visual, audio] = [insert.visual(v, a), insert.audio(a, v)];
  return {
    ...both(added(run.visual(x.visual), visual.residual), added(run.audio(x.audio), audio.residual)),
    attention: { ...(visual.attention === undefined ? {} : { visual: visual.attention }), ...(audio.attention === undefined ? {} : { audio: audio.attention }) },
    routers: [...x.routers, ...[visual.router, audio.router].flatMap((router) => router ?? [])],
  };
};

/** One stage of both trunks up to its merging. Blocks between pairs run plain. */
const stage = <B extends Dim>(stages: Both<BoundStage>, parts: Both<Parts>, pairs: readonly Pair[], start: Streams<B>): Streams<B> => {
  const { x, visual, audio } = pairs.reduce<{ readonly x: Streams<B>; readonly visual: number; readonly audio: number }>(
    (at, pair) => {
      const before = { ...at.x, ...both(plain(stages.visual.blocks.slice(at.visual, pair.visual))(at.x.visual), plain(stages.audio.blocks.slice(at.audio, pair.audio))(at.x.audio)) };
      const [v, a] = [stages.visual.blocks[pair.visual], stages.audio.blocks[pair.audio]];
      const [vs, as] = [halvesOf(v ?? { first: same, second: same }, parts.visual), halvesOf(a ?? { first: same, second: same }, parts.audio)];
      const next = pair.adapters === undefined
        ? { ...before, ...both(vs.second(vs.first(before.visual)), as.second(as.first(before.audio))) }
        : step(step(before, both(vs.first, as.first), both(pair.adapters.visual.first, pair.adapters.audio.first)), both(vs.second, as.second), both(pair.adapters.visual.second, pair.adapters.audio.second));
      return { x: next, visual: pair.visual + 1, audio: pair.audio + 1 };
    },
    { x: { ...start, ...both(stages.visual.before(start.visual), stages.audio.before(start.audio)) }, visual: 0, audio: 0 },
  );
  return { ...x, ...both(plain(stages.visual.blocks.slice(visual))(x.visual), plain(stages.audio.blocks.slice(audio))(x.audio)) };
};

/** Both trunks of equally many stages, from their patches to their ends; `pairs[s]` are those of stage s, in order. */
export const jointly = <B extends Dim>(trunks: Both<BoundTrunk>, parts: Both<Parts>, pairs: readonly (readonly Pair[])[], patches: Both<Grid<B>>): JointOutput<B> => {
  const idle: BoundStage = { before: same, blocks: [], after: same };
  const { x, stages } = trunks.visual.stages.reduce<{ readonly x: Streams<B>; readonly stages: Both<readonly Tokens<B>[]> }>(
    (at, visual, s) => {
      const audio = trunks.audio.stages[s] ?? idle;
      const next = stage(both(visual, audio), parts, pairs[s] ?? [], at.x);
      return {
        x: { ...next, ...both(visual.after(next.visual), audio.after(next.audio)) },
        stages: both([...at.stages.visual, flatten(next.visual)], [...at.stages.audio, flatten(next.audio)]),
      };
    },
    { x: { ...patches, attention: {}, routers: [] }, stages: both([], []) },
  );
  return {
    tokens: both(flatten(x.visual), flatten(x.audio)),
    normed: both(flatten(trunks.visual.norm(x.visual)), flatten(trunks.audio.norm(x.audio))),
    stages, attention: x.attention, routers: x.routers,
  };
};
