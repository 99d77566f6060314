/** Units of work: a function of the manifest and the collections alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bounds, planUnits, sourceKey, sourceOf, sourcesOf, unitItems } from '../../../molt/extract/plan.ts';
import type { Item } from '../../../molt/extract/manifest.ts';

const visual = { modality: 'visual', itemBytes: bounds.bytes / 4 } as const;
const audio = { modality: 'audio', itemBytes: 1 } as const;

const items: fc.Arbitrary<readonly Item[]> = fc
  .array(fc.record({ media: fc.integer({ min: 0, max: 20 }), audio: fc.boolean(), frames: fc.boolean() }), { minLength: 1, maxLength: 90 })
  .map((all) => all.map((one, i): Item => ({ id: `i${i}`, ...(one.audio ? { audio: `${one.media}.wav` } : { video: `${one.media}.mp4` }), ...(one.frames ? { frames: [`${one.media}.png`] } : {}) })));

/** Some sources can't be read; some have the same content. */
const hashesOf = (all: readonly Item[], modulo: number): ReadonlyMap<string, string> =>
  new Map(sourcesOf(all, [visual, audio]).flatMap((source, i) => (i % 7 === 3 ? [] : [[sourceKey(source), `hash${i % modulo}`] as const])));

test('units are complete, disjoint, in order and bounded', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 50 }), (all, modulo) => {
      const hashes = hashesOf(all, modulo);
      const units = planUnits(all, [visual, audio], hashes);
      for (const [index, target] of [visual, audio].entries()) {
        const mine = units.filter(({ collection }) => collection === index);
        const inputs = mine.flatMap((unit) => unit.items.map(({ input }) => input));
        const wanted = all.flatMap((item) => { const source = sourceOf(item, target.modality); return source === undefined ? [] : (hashes.get(sourceKey(source)) ?? []); });
        expect(new Set(inputs)).toEqual(new Set(wanted));
        expect(new Set(inputs).size).toBe(inputs.length);
        const places = mine.flatMap((unit) => unit.items.map((item) => item.index));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        for (const [u, unit] of mine.entries()) expect(unit.items).toHaveLength(u < mine.length - 1 ? unitItems(target.itemBytes) : unit.items.length);
      }
      expect(units.every((unit) => unit.items.length > 0 && unit.items.length <= bounds.items)).toBe(true);
      expect(new Set(units.map(({ collection, name }) => `${collection} ${name}`)).size).toBe(units.length);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('how many items a shard holds', () => {
  expect([1, bounds.bytes / 16, bounds.bytes / 15, bounds.bytes, 3 * bounds.bytes].map(unitItems)).toEqual([16, 16, 15, 1, 1]);
});

test('a file that is seen and heard is read for its hash once', () => {
  const clip: Item = { id: 'a', video: 'a.mp4' };
  expect(sourcesOf([clip], [visual, audio])).toHaveLength(1);
  expect(sourcesOf([{ ...clip, audio: 'a.wav' }], [visual, audio])).toHaveLength(2);
  expect(sourcesOf([{ ...clip, frames: 'pictures' }], [visual])).toEqual([{ kind: 'folder', paths: ['pictures'] }]);
  expect(sourceOf({ id: 'a', frames: ['1.png'] }, 'audio')).toBeUndefined();
});
