/** Lock: it decodes to what was encoded, an update leaves no drift, and every change is seen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { change, type Checked, decodeLock, difference, encodeLock, type Figures, figureNames, type Lock, lockOutcome, type Result, updatedLock, type Where } from '../../../molt/check/index.ts';
import { bad, good } from './samples.ts';

const where: Where = { file: 'a.json', path: 'name', line: 1, column: 1, endLine: 1, endColumn: 2 };
const numbers = fc.nat({ max: 2 ** 40 });
const figures: fc.Arbitrary<Figures> = fc.record({ trainableParameters: numbers, savedBytesPerSample: numbers, peakBytes: numbers, multiplyAdds: numbers, exportedBytes: numbers });
const names = fc.stringMatching(/^[a-z][a-z/.-]{0,8}$/);
const locks: fc.Arbitrary<Lock> = fc.record({ batch: fc.integer({ min: 1, max: 9 }), variants: fc.dictionary(names, fc.record({ name: names, figures })) }).map(({ batch, variants }) => ({ schemaVersion: 1, batch, variants: new Map(Object.entries(variants)) }));

test('decode ∘ encode = identity, and the text depends on no order', () => {
  fc.assert(fc.property(locks, (lock) => {
    expect(decodeLock('l', JSON.parse(encodeLock(lock)))).toEqual({ _tag: 'Right', right: lock });
    expect(encodeLock({ ...lock, variants: new Map([...lock.variants].toReversed()) })).toBe(encodeLock(lock));
  }), { seed: 1 });
});

test('an update leaves no drift; each changed figure is one finding', async () => {
  const result = await bad();
  const lock = updatedLock(undefined, result, () => true);
  for (const checked of result.variants) {
    expect(lockOutcome(lock, result, checked, where).diagnostics).toEqual([]);
    for (const name of figureNames) {
      if (checked.figures === null) continue;
      const moved: Checked = { ...checked, figures: { ...checked.figures, [name]: checked.figures[name] + 1 } };
      expect(lockOutcome(lock, result, moved, where).diagnostics.map(({ rule }) => rule)).toEqual(['MOLT401']);
    }
  }
});

test('an update keeps files that were not checked, as long as they are there, of the same batch', async () => {
  const result: Result = await good();
  const [first] = result.variants;
  const before = updatedLock(undefined, { ...result, variants: ['a', 'b'].flatMap((file) => (first === undefined ? [] : [{ ...first, file }])) }, () => true);
  expect([...updatedLock(before, result, (file) => file === 'a').variants.keys()]).toEqual(['a', 'variants/passing.json']);
  expect([...updatedLock(before, { ...result, batch: 3 }, () => true).variants.keys()]).toEqual(['variants/passing.json']);
  expect(lockOutcome({ ...before, batch: 7 }, result, first ?? expect.fail(), where).note).toBe('the lock is of batch 7, this run of batch 2');
});

test('the difference of two locks names every file of either, once; that of a lock and itself is nothing', () => {
  fc.assert(fc.property(locks, locks, (a, b) => {
    const same = { ...b, batch: a.batch };
    const found = difference(a, same);
    expect(found._tag).toBe('Right');
    if (found._tag === 'Left') return;
    expect(found.right.map(({ file }) => file)).toEqual([...new Set([...a.variants.keys(), ...b.variants.keys()])].toSorted());
    for (const { file, kind } of found.right) expect(kind === 'added').toBe(!a.variants.has(file));
    const itself = difference(a, a);
    expect(itself._tag === 'Right' && itself.right.every(({ kind }) => kind === 'same')).toBe(true);
  }), { seed: 2 });
  expect(difference({ schemaVersion: 1, batch: 1, variants: new Map() }, { schemaVersion: 1, batch: 2, variants: new Map() })._tag).toBe('Left');
});

test('changes as they are told', () => {
  expect([change(100, 100), change(100, 103.1), change(1000, 999), change(0, 5), change(100000, 100001), change(10, 1000)]).toEqual(['±0', '+3.10 %', '−0.10 %', '+5', '+<0.01 %', '×100']);
});

test('a lock of another form says what is wrong with it', () => {
  const wrong = decodeLock('molt.lock.json', { schemaVersion: 1, batch: 1, variants: { 'a.json': { name: 'a', figures: { trainableParameters: -1 } } } });
  expect(wrong._tag === 'Left' ? wrong.left.given : []).toHaveLength(5);
  expect(wrong._tag === 'Left' ? wrong.left.given[0] : '').toContain('variants.a.json.figures.trainableParameters: -1');
});
