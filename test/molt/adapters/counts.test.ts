/**
 * Numbers of weights of the rival adapters at the published sizes, to the last digit.
 * source: the released models of LAVisH, DG-SCT and AVMoE for AVE, on Swin-V2-L with itself or with HTS-AT
 */
import { expect, test } from 'vitest';
import { type AvmoeOptions, avmoe, type DgSctOptions, dgSct, lavish, lavishAcross } from '../../../molt/adapters/index.ts';
import { countDeclared, declaredOf, instantiate, type SomeBlock } from '../../../dsl/index.ts';
import { withSizes } from '../../../shapes/index.ts';

const options = { before: true, relu: true, batchNorm: true, gate: 'after', start: 'uniform', channel: 0.3, spatial: 0.05, self: 'none' } as const satisfies DgSctOptions & AvmoeOptions;
const weights = <F>(b: SomeBlock<F>): number => countDeclared(declaredOf(b).values()).total;
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** Tokens and channels of the twelve pairs: N, D of the visual stream, M, C of the audio stream. */
const pair = (N: number, D: number, M: number, C: number, times: number) => Array.from({ length: times }, () => ({ N, D, M, C }));
const pairs = [...pair(2304, 192, 4096, 96, 2), ...pair(576, 384, 1024, 192, 2), ...pair(144, 768, 256, 384, 6), ...pair(36, 1536, 64, 768, 2)];

interface Sizes {
  readonly N: number;
  readonly D: number;
  readonly M: number;
  readonly C: number;
}
/** Reduction 8 in 2 groups. */
const inner = (s: Sizes) => ({ ...s, K: 32, G: 2, I: s.D / 2, O: s.D / 16, F: s.D / 2, H: 4, W: s.D / 4, J: 1, U: 1 });
/** Two adapters for each stream of each pair. */
const everywhere = (count: (s: Sizes) => number): number => sum(pairs.map((s) => 2 * count(s) + 2 * count({ N: s.M, D: s.C, M: s.N, C: s.D })));

const dgSctOf = (s: Sizes): number => withSizes(inner(s), (t) => weights(dgSct(t.K, { g: t.G, i: t.I, o: t.O }, t.F, t.N, t.M, t.C, options)));

test('LAVisH, one Swin for both streams: 4 adapters beside each of the 24 blocks', () => {
  const depths = [2, 2, 18, 2].flatMap((depth, stage) => Array.from({ length: depth }, () => 192 * 2 ** stage));
  const one = (D: number): number => withSizes({ ...inner({ N: 1, D, M: 1, C: D }), K: 2 }, (t) => weights(lavish(t.K, { g: t.G, i: t.I, o: t.O }, options)));
  expect(sum(depths.map((D) => 4 * one(D)))).toBe(8_447_808);
});

test('LAVisH, Swin and HTS-AT', () => {
  expect(everywhere((s) => withSizes(inner(s), (t) => weights(lavishAcross(t.K, { g: t.G, i: t.I, o: t.O }, t.N, t.M, t.C, options))))).toBe(102_144_528);
});

test.each([
  [{ N: 4096, D: 96, M: 2304, C: 192 }, 9_501_980],
  [{ N: 2304, D: 192, M: 4096, C: 96 }, 9_618_484],
  [{ N: 1024, D: 192, M: 576, C: 384 }, 825_140],
  [{ N: 576, D: 384, M: 1024, C: 192 }, 1_289_380],
  [{ N: 256, D: 384, M: 144, C: 768 }, 957_284],
  [{ N: 144, D: 768, M: 256, C: 384 }, 2_798_932],
  [{ N: 64, D: 768, M: 36, C: 1536 }, 3_649_028],
  [{ N: 36, D: 1536, M: 64, C: 768 }, 10_982_056],
])('DG-SCT, one adapter at %o', (sizes, published) => {
  expect(dgSctOf(sizes)).toBe(published);
});

test('DG-SCT, all adapters', () => {
  expect(everywhere(dgSctOf)).toBe(188_538_864);
});

test.each([[1, 1, 111_996_288]])('AVMoE, %i cross-modal and %i uni-modal expert in each adapter', (J, U, published) => {
  expect(everywhere((s) => withSizes({ ...inner(s), J, U }, (t) => weights(avmoe(t.J, t.U, { k: t.K, g: t.G, i: t.I, o: t.O, h: t.H, w: t.W }, t.N, t.M, t.C, options))))).toBe(published);
});

/** The weights of a small adapter, once it is bound. */
const bound = (s: { readonly N: number; readonly M: number }, align: 'tokens' | 'grid'): number =>
  withSizes({ ...s, C: 6, K: 2, G: 2, I: 4, O: 1, F: 4 }, (t) => {
    const made = dgSct(t.K, { g: t.G, i: t.I, o: t.O }, t.F, t.N, t.M, t.C, { ...options, align });
    instantiate(made);
    return weights(made);
  });

test('DG-SCT that resizes has the weights of the one that maps tokens; tokens that form no square cannot be resized', () => {
  expect(bound({ N: 9, M: 16 }, 'grid')).toBe(bound({ N: 9, M: 16 }, 'tokens'));
  expect(() => bound({ N: 9, M: 15 }, 'grid')).toThrow(/a square number of tokens/);
});
