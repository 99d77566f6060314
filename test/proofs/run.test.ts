/**
 * The runner: what it says of a law that holds, that does not, that throws, and of mutants that get away.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { close, must } from '../../proofs/counter.ts';
import { type Claim, law } from '../../proofs/law.ts';
import { checkLaw, printReport, sound } from '../../proofs/run.ts';
import { fault, raise } from '../../shapes/index.ts';

type Add = (a: number, b: number) => number;
const claim: Claim<Add, readonly [number, number]> = {
  id: 'add.commutes',
  statement: 'a + b = b + a',
  tier: 'required',
  arbitrary: fc.tuple(fc.integer(), fc.integer()),
  holds: (add) => ([a, b]) => must(add(a, b) === add(b, a), () => `${add(a, b)} is not ${add(b, a)}`),
  mutants: [{ name: 'subtracts', mutate: () => (a, b) => a - b }],
};
const plus: Add = (a, b) => a + b;
const options = { seed: 3, runs: 50 };

test('a law that holds and rejects its mutants is sound', async () => {
  const report = await checkLaw(law(claim)(plus), options)();
  expect(report).toEqual({ id: 'add.commutes', statement: 'a + b = b + a', tier: 'required', result: { _tag: 'Held', runs: 50 }, mutants: [{ name: 'subtracts', outcome: 'rejected', runs: 1 }] });
  expect(sound(report)).toBe(true);
  expect(printReport(report)).toBe('ok add.commutes: a + b = b + a (50 samples)');
});

test('a broken law: the shrunk sample, the reason, and a replay that finds it at once', async () => {
  const broken = law(claim)((a, b) => a - b);
  const report = await checkLaw(broken, options)();
  if (report.result._tag !== 'Broken') throw new Error('it should not hold');
  expect(report.result.sample).toMatch(/^\[(0,-?1|-?1,0)\]$/);
  expect(printReport(report)).toMatch(/^BROKEN add\.commutes: a \+ b = b \+ a\n {2}because -?1 is not -?1\n {2}sample {2}\[.*\]\n {2}replay {2}\{ seed: 3, runs: \d+, path: '[\d:]+' \} after \d+ shrinks/);
  const again = await checkLaw(broken, { ...options, path: report.result.path })();
  expect(again.result).toMatchObject({ sample: report.result.sample, counter: report.result.counter });
});

test('a mutant that gets away makes the report unsound', async () => {
  const report = await checkLaw(law({ ...claim, mutants: [{ name: 'multiplies', mutate: () => (a, b) => a * b }] })(plus), options)();
  expect(sound(report)).toBe(false);
  expect(printReport(report)).toBe("WEAK add.commutes: a + b = b + a (50 samples)\n  mutant  'multiplies' survived: the law can't tell it from the right one");
});

test('a mutant that only ever throws is not rejected', async () => {
  const throwing: Add = () => raise(fault('Shape', 'add', ['nothing'], 'two numbers'));
  const report = await checkLaw(law({ ...claim, mutants: [{ name: 'throws', mutate: () => throwing }] })(plus), options)();
  expect(report.mutants).toEqual([{ name: 'throws', outcome: 'faulted', runs: 50 }]);
  expect(sound(report)).toBe(false);
  const subject = await checkLaw(law(claim)(throwing), options)();
  expect(printReport(subject)).toContain('because shapes do not fit: add');
});

test('an informative law is reported, not asserted', async () => {
  const report = await checkLaw(law({ ...claim, tier: 'informative' })((a, b) => a - b), options)();
  expect([report.result._tag, sound(report)]).toEqual(['Broken', true]);
});

test('a difference names the first place, both numbers, the errors and the tolerance', async () => {
  const value = (...xs: readonly number[]) => ({ sizes: [2, 2], dtype: 'f32' as const, data: Float64Array.from(xs) });
  const report = await checkLaw(law({ ...claim, arbitrary: fc.constant([0, 0] as const), holds: () => () => close('product', value(1, 2, 3.5, 5), value(1, 2, 3, 4), 1e-3), mutants: [] })(plus), options)();
  expect(printReport(report)).toContain('because product: first at [1, 0]: 3.5, wanted 3; max abs error 1.00e+0, max rel error 2.50e-1, tolerance 4.00e-3');
});
