/**
 * AVMoE's load balance: what it is of rows of routers, where it is least, and that a model's loss is its task's and this. And gates of one stream,
 * and adapters of one stream, as weights.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { closeGraph, countDeclared, elements, initialise, input, is, type Node, nodes, random, unwrap, type Value } from '../../../dsl/index.ts';
import { balanceLoss, type Experts, type InsertedAdapter, inside, publishedAdapters, type Trunks } from '../../../molt/adapters/index.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { wholeOf } from '../../../molt/variants/whole.ts';
import { dim, type Fault, printFault } from '../../../shapes/index.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const sum = (xs: readonly number[]): number => xs.reduce((a, x) => a + x, 0);

/** Rows of one router. */
type Rows = readonly (readonly number[])[];
const rowsInput = (name: string): Experts<3> => input(name, dim(3), dim('experts', 4));
/** −Σ log of the mean row, in plain numbers. */
const uneven = (rows: Rows): number => -sum([0, 1, 2, 3].map((e) => Math.log(sum(rows.map((row) => row[e] ?? NaN)) / rows.length)));

const rowsOf = (key: random.Key, spread: number): Rows =>
  [0, 1, 2].map((b) => {
    const odds = Array.from(random.normal(random.child(key, b), 4), (x) => Math.exp(spread * x));
    return odds.map((x) => x / sum(odds));
  });
const valueOf = (rows: Rows): Value => ({ sizes: [3, 4], dtype: 'f32', data: Float32Array.from(rows.flat()) });

/** Two routers' loss by a weight, of given rows. */
type Loss = (weight: number, routers: readonly Experts<3>[]) => Node;
const ours: Loss = (weight, routers) => {
  const made = balanceLoss(weight, routers);
  return made === undefined ? nodes.mul(unwrap(rowsInput('p')), unwrap(rowsInput('q'))) : unwrap(made);
};
const of = (loss: Loss, weight: number, p: Rows, q: Rows): number =>
  orFail(evaluate([loss(weight, [rowsInput('p'), rowsInput('q')])], { inputs: new Map([['p', valueOf(p)], ['q', valueOf(q)]]), parameters: new Map() }))[0]?.data[0] ?? NaN;

const total = (x: Node): Node => nodes.sumAxes(x, x.sizes.map((_, axis) => axis));
const log = (x: Node): Node => nodes.map('log', x);
const mean = (x: Node): Node => nodes.scale(nodes.sumAxes(x, [0]), 1 / 3);
const added = (xs: readonly Node[]): Node => xs.reduce((a, x) => nodes.add(a, x));
const mutants: Readonly<Record<string, Loss>> = {
  'the mean of the rows\' logs': (weight, all) => nodes.scale(added(all.map((p) => total(log(unwrap(p))))), -weight / 3),
  'the mean over adapters': (weight, all) => nodes.scale(ours(weight, all), 1 / all.length),
  'even shares as they were meant': (weight, all) => nodes.scale(ours(weight, all), 1 / 4),
  'the entropy': (weight, all) => nodes.scale(added(all.map((p) => total(nodes.mul(mean(unwrap(p)), log(mean(unwrap(p))))))), -weight),
  'the last adapter': (weight, all) => ours(weight, all.slice(-1)),
};

const holds = (loss: Loss): boolean => {
  const law = fc.property(fc.nat(), fc.double({ min: 0.1, max: 2, noNaN: true }), (seed, spread) => {
    const [p, q] = [rowsOf(random.child(random.key(seed), 0), spread), rowsOf(random.child(random.key(seed), 1), spread)];
    const given = of(loss, 0.01, p, q);
    return Math.abs(given - 0.01 * (uneven(p) + uneven(q))) < 1e-6 && given >= 0.01 * 2 * 4 * Math.log(4) - 1e-6;
  });
  return !fc.check(law, { seed: 5, numRuns: 30 }).failed;
};

test('−Σ log of the mean rows, summed over adapters; least where experts are taken evenly; wrong versions are refused', () => {
  expect(holds(ours)).toBe(true);
  expect(Object.entries(mutants).filter(([, loss]) => holds(loss)).map(([name]) => name)).toEqual([]);
  expect(balanceLoss(1, [])).toBeUndefined();
});

test('rows that are even only together are even', () => {
  const third = [[1, 0.5, 0.5, 0], [0, 0.25, 0.25, 1.5], [2, 2.25, 2.25, 1.5]].map((row) => row.map((x) => x / 4));
  expect(of(ours, 1, third, third)).toBeCloseTo(2 * 4 * Math.log(4), 6);
});

const options = { tokens: 2, reduction: 2, groups: 2, batchNorm: false, before: true, gate: 'after', start: 'uniform' } as const;
const swin = { kind: 'swinv2', image: 8, patch: 2, channels: 8, depths: [1, 3], heads: [1, 2], window: 2 } as const;
const two: Trunks = { visual: swin, audio: { kind: 'htsat', spectrogram: 8, mels: 4, patch: 2, channels: 4, depths: [1, 1], heads: [1, 2], window: 2 }, shared: false };
const one: Trunks = { visual: swin, audio: swin, shared: true };
const namesOf = (adapter: InsertedAdapter, trunks = two): readonly string[] => [...inside(adapter, trunks).declared.keys()].filter((name) => name.startsWith('adapters.'));

test.each([['lavish', { kind: 'lavish' }], ['avmoe', { kind: 'avmoe', cross: 1, own: 1, self: 'none', skip: [] }]] as const)('%s, gates of the visual stream alone: the same weights but gates of the audio stream', (_, kind) => {
  const all = namesOf({ ...options, ...kind });
  const ofSound = all.filter((name) => /^adapters\.\d+\.audio\..*\.gate$/.test(name));
  expect(ofSound.length).toBeGreaterThan(0);
  for (const gate of ['visual-after', 'visual-before'] as const) expect(namesOf({ ...options, ...kind, gate })).toEqual(all.filter((name) => !ofSound.includes(name)));
});

test.each([['two trunks', two], ['one trunk', one]] as const)('LAVisH of one stream, %s: the bottleneck alone, and neither stream reads the other', (_, trunks) => {
  for (const mode of ['uni-modal', 'uni-modal-linear'] as const) {
    const adapter = { kind: 'lavish', ...options, mode } as const;
    expect(namesOf(adapter, trunks).every((name) => name.includes('.bottleneck.'))).toBe(true);
    const { output, inputs } = inside(adapter, trunks).run(1);
    const reads = (x: Node): readonly string[] => closeGraph([x]).nodes.flatMap((node) => (is('input', node) ? [node.params.name] : []));
    expect([reads(unwrap(output.normed.visual)), reads(unwrap(output.normed.audio))]).toEqual([[inputs.visual.name], [inputs.audio.name]]);
  }
  expect(namesOf({ kind: 'lavish', ...options, mode: 'cross-modal' }, trunks)).toEqual(namesOf({ kind: 'lavish', ...options }, trunks));
});

test("a model's loss is its task's and 0.01 of the balance of the routers that it shows", () => {
  const backbones = { visual: 'swinv2-mini64', audio: 'htsat-mini64' };
  const decoded = (balance: number) => orFail(decodeVariant('v.json', { schemaVersion: 1, name: 'v', backbones, adapter: { kind: 'avmoe', setting: 'avmoe-ms3', tokens: 2, groups: 2, cross: 1, own: 1, balance }, task: { kind: 'ave', classes: 2, segments: 2 } }));
  const { declared, run } = orFail(wholeOf(decoded(publishedAdapters['avmoe-ms3'].balance)));
  const { outputs, loss, task, tor } = run(1);
  const routers = [...outputs].filter(([name]) => name.startsWith('router.'));
  // stages 1 and 3 of four have no adapters
  expect(routers.map(([name, { sizes }]) => [name, ...sizes])).toEqual([0, 1].flatMap((pair) => ['first', 'second'].flatMap((place) => ['visual', 'audio'].map((m) => [`router.${pair}.${m}.${place}`, 1, 2]))));
  const leaves = closeGraph([loss]).nodes.flatMap((node) => (is('input', node) ? [node] : []));
  const inputs = new Map(leaves.map(({ params: { name }, sizes, dtype }): [string, Value] => [name, dtype === 'f32' ? { sizes, dtype, data: Float32Array.from(random.normal(random.named(random.key(2), name), elements(sizes))) } : { sizes, dtype: 'i32', data: new Int32Array(elements(sizes)) }]));
  const [whole, part, even, ...rows] = orFail(evaluate([loss, task, tor, ...routers.map(([, router]) => router)], { inputs, parameters: initialise(declared, random.key(3)) })).map(({ data }) => Array.from(data, Number));
  const wanted = -0.01 * sum(rows.flat().map(Math.log));
  expect(even?.[0]).toBeCloseTo(wanted, 8);
  expect(wanted).toBeGreaterThan(0.01 * 8 * 2 * Math.log(2));
  expect(whole?.[0]).toBeCloseTo((part?.[0] ?? NaN) + wanted, 8);
  const off = orFail(wholeOf(decoded(0)));
  expect(closeGraph([off.run(1).tor]).nodes.length).toBe(1);
  expect(countDeclared(off.declared.values())).toEqual(countDeclared(declared.values()));
});
