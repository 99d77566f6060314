/**
 * Claims: which laws a block gets, which it does not and why; what each claim catches.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { add, block, einsum, fanIn, frozen, layerNorm, linear, mul, neg, param, reduce, relu, rearrange, softmax, square, stopGradient, weight } from '../../dsl/index.ts';
import { convexHull } from '../../proofs/families/hull.ts';
import { claim, claimAt } from '../../proofs/claims/claim.ts';
import { type Claimed, isClaimed } from '../../proofs/claims/claimed.ts';
import { type Dim, dim, type DimOf, printFault, reify, type Tensor } from '../../shapes/index.ts';

type Table = Readonly<Record<string, string>>;
const told = async (claimed: Claimed, runs = 12): Promise<{ readonly laws: Table; readonly skipped: Table; readonly because: Table }> => {
  const proof = await claimed.prove({ seed: 1, runs })();
  if (isLeft(proof)) throw new Error(printFault(proof.left));
  const { findings, skipped } = proof.right;
  return {
    laws: Object.fromEntries(findings.map(({ law, outcome }) => [law, outcome])),
    skipped: Object.fromEntries(skipped.map(({ law, reason }) => [law, reason])),
    because: Object.fromEntries(findings.flatMap(({ law, counterexample }) => (counterexample === undefined ? [] : [[law, counterexample.because]]))),
  };
};
const refused = async (claimed: Claimed): Promise<string> => {
  const proof = await claimed.prove({ seed: 1, runs: 1 })();
  return isLeft(proof) ? printFault(proof.left) : 'nothing is wrong';
};

/** Each sample minus what its batch is on average. */
const centred = <B extends Dim, N extends Dim>(x: Tensor<[B, N]>): Tensor<[B, N]> => add(x, neg(einsum('b n, c n -> c n')(x, x)));

test('laws are tried where they mean something; elsewhere the reason is told', async () => {
  const { laws, skipped } = await told(claim(softmax, { inputs: ['b n'] }));
  expect(laws).toEqual({ shapes: 'passed', 'batch.neighbours': 'passed', 'batch.alone': 'passed', gradient: 'passed', compiled: 'passed' });
  expect(skipped).toEqual({
    frozen: 'it declares no weights',
    'permuting n': "not claimed: { law: 'invariant', axis: 'n' } or { law: 'equivariant', axis: 'n' }",
    simplex: "not claimed: { law: 'simplex' }",
    hull: "not claimed: { law: 'hull' }",
  });
  const dot = await told(claim(<D extends Dim, N extends Dim>(x: Tensor<[D]>, w: Tensor<[D, N]>) => einsum('d, d n -> n')(x, w), { inputs: ['d', 'd n'], outputs: ['n'] }));
  expect(dot.skipped['batch']).toBe('not every output begins with d');
  expect((await told(claim(<A extends Dim, B extends Dim>(x: Tensor<[A]>, y: Tensor<[B]>) => einsum('a, b -> a b')(x, y), { inputs: ['a', 'b'] }))).skipped['batch']).toBe('the inputs do not all begin with the same letter');
});

test('a law that is not to hold is excepted, with its reason', async () => {
  const mixing = { inputs: ['b n'], outputs: ['b n'] } as const;
  expect((await told(claim(centred, mixing))).laws['batch.neighbours']).toBe('failed');
  const { laws, skipped } = await told(claim(centred, { ...mixing, except: { batch: 'it sums over the batch' } }));
  expect(Object.keys(laws)).not.toContain('batch.neighbours');
  expect(skipped['batch']).toBe('excepted: it sums over the batch');
});

test('a gradient that is not one, an output of another shape, a weight along with its axis', async () => {
  const stopped = claim(<B extends Dim, N extends Dim>(x: Tensor<[B, N]>) => mul(x, stopGradient(x)), { inputs: ['b n'] });
  expect((await told(stopped)).laws['gradient']).toBe('failed');
  const turned = claim(<B extends Dim, N extends Dim>(x: Tensor<[B, N]>) => rearrange('b n -> n b')(x), { inputs: ['b n'], outputs: ['b n'] });
  expect((await told(turned)).because['shapes']).toMatch(/output 0 is \[\d, \d\], claimed is \[\d, \d\]/);
  const mixer = <N extends Dim>(n: DimOf<N>) => weight(param(fanIn(), dim(2), n), (w) => <B extends Dim>(x: Tensor<[B, N]>): Tensor<[B, 2]> => einsum('q n, b n -> b q')(w, x));
  const at = (weights: readonly (readonly [string, number])[]): Claimed => claimAt(({ n = 1 }, made) => reify(n, (N) => made(block({ mix: mixer(N) }, (p) => p.mix))), { inputs: ['b n'], outputs: ['b 2'], claims: [{ law: 'invariant', axis: 'n', weights }] });
  expect((await told(at([['mix', 1]]))).laws['invariant.n']).toBe('passed');
  expect((await told(at([]))).laws['invariant.n']).toBe('failed');
});

test('frozen weights, indices, records of outputs, another function', async () => {
  const head = block({ trunk: frozen(linear(dim(3), dim(2))), head: linear(dim(2), dim(2)) }, (p) => <B extends Dim>(x: Tensor<[B, 3]>) => ({ logits: p.head(p.trunk(x)), taps: [p.trunk(x)] }));
  expect((await told(claim(head, { inputs: ['b 3'], outputs: ['b 2', 'b 2'] }))).laws).toMatchObject({ frozen: 'passed', shapes: 'passed', gradient: 'passed' });
  const own = claim(<B extends Dim>(x: Tensor<[B, 3]>) => mul(x, x), { inputs: ['b 3'], claims: [{ law: 'equals', to: <B extends Dim>(x: Tensor<[B, 3]>) => square(x) }] });
  expect((await told(own)).laws['equals']).toBe('passed');
  const off = claim(<B extends Dim>(x: Tensor<[B, 3]>) => relu(x), { inputs: ['b 3'], claims: [{ law: 'equals', to: <B extends Dim>(x: Tensor<[B, 3]>) => square(x) }] });
  expect((await told(off)).laws['equals']).toBe('failed');
});

test('one axis among several on the simplex; weighted means; laws of one\'s own', async () => {
  const columns = (axis: string): Claimed => claim(<B extends Dim, Q extends Dim, N extends Dim>(x: Tensor<[B, Q, N]>) => rearrange('b n q -> b q n')(softmax(rearrange('b q n -> b n q')(x))), { inputs: ['b q n'], outputs: ['b q n'], claims: [{ law: 'simplex', axis }] });
  expect((await told(columns('q'))).laws['simplex']).toBe('passed');
  expect((await told(columns('n'))).laws['simplex']).toBe('failed');
  const mean = <B extends Dim, N extends Dim, D extends Dim>(x: Tensor<[B, N, D]>) => rearrange('b d -> b 1 d')(reduce('mean', 'b n d -> b d')(x));
  expect((await told(claim(mean, { inputs: ['b n d'], outputs: ['b 1 d'], claims: [{ law: 'hull' }, { law: 'invariant', axis: 'n' }] }))).laws).toMatchObject({ hull: 'passed', 'invariant.n': 'passed' });
  const sum = <B extends Dim, N extends Dim, D extends Dim>(x: Tensor<[B, N, D]>) => rearrange('b d -> b 1 d')(reduce('sum', 'b n d -> b d')(x));
  const summed = await told(claim(sum, { inputs: ['b n d'], laws: (subjects) => [convexHull(subjects.map((s) => ({ ...s, apply: (...xs) => [...s.apply(...xs), ...xs] })))] }));
  expect(summed.laws['hull']).toBe('failed');
});

test('a law that would hold for wrong blocks as well is weak: it says so', async () => {
  const proof = await claim(softmax, { inputs: ['b n'], outputs: ['b n'], sizes: { n: [1] }, claims: [{ law: 'equivariant', axis: 'n' }] }).prove({ seed: 1, runs: 5, law: 'equivariant.n' })();
  expect(proof).toMatchObject({ right: { findings: [{ law: 'equivariant.n', outcome: 'weak', survivors: ['sees the position along axis 1 of input 0'] }], skipped: [] } });
});

test('a block that cannot be built at some size says so once', async () => {
  const uneven = claim(<B extends Dim, D extends Dim>(x: Tensor<[B, D]>, y: Tensor<[B, D]>) => add(x, y), { inputs: ['b d', 'b e'] });
  const { laws, skipped, because } = await told(uneven);
  expect(laws).toEqual({ shapes: 'failed' });
  expect(because['shapes']).toContain('shapes do not fit: add');
  expect(skipped['gradient']).toBe('it cannot be built at every size: see shapes');
});

test('a claim about what is not there is refused', async () => {
  expect(await refused(claim(softmax, { inputs: ['b n'], claims: [{ law: 'equivariant', axis: 'n' }] }))).toContain('no shapes of outputs');
  expect(await refused(claim(softmax, { inputs: ['b n'], claims: [{ law: 'simplex', axis: 'n' }] }))).toContain('no shape of output 0');
  expect(await refused(claim(softmax, { inputs: ['b -n'] }))).toContain("'-n'");
  expect(await refused(claim(layerNorm(dim(3)), { inputs: ['b 2'] }))).toContain('shapes do not fit');
  // @ts-expect-error one shape for each argument
  expect(await refused(claim(softmax, { inputs: ['b n', 'b n', 'b n'] }))).toContain('');
  expect(isClaimed({ kind: 'molt.claim', prove: 1 })).toBe(false);
});
