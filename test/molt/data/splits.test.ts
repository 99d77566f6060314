/** Splits: complete, disjoint, and as frozen. */
import { expect, test } from 'vitest';
import { splits } from '../../../molt/data/labels.ts';
import { namedPitch } from '../../../molt/data/sources/notes.ts';
import { ambienceOf, distractorStylesOf, poolStyles, splitDrums, splitNotes, stylesOf } from '../../../molt/data/splits.ts';

const notes = Array.from({ length: 20 }, (_, i) => ({ name: `n${i}`, pitch: 40 + ((i * 7) % 20), seconds: 1 }));

test('notes are cut into deciles by pitch: 0 1 4 6 8 9 train, 5 val, 2 3 7 test', () => {
  const found = splitNotes(notes);
  const pitches = (split: string): readonly (number | undefined)[] => found.filter(([own]) => own === split).map(([, { pitch }]) => pitch);
  expect(pitches('val')).toEqual([50, 51]);
  expect(pitches('test')).toEqual([44, 45, 46, 47, 54, 55]);
  expect(found.length).toBe(20);
  expect(new Set(found.map(([, { name }]) => name)).size).toBe(20);
});

test('the order of the files does not matter; short notes count but are left out', () => {
  expect(splitNotes([...notes].reverse())).toEqual(splitNotes(notes));
  const short = notes.map((note) => (note.name === 'n3' ? { ...note, seconds: 0.2 } : note));
  expect(splitNotes(short).map(([split, { name }]) => [split, name])).toEqual(splitNotes(notes).filter(([, { name }]) => name !== 'n3').map(([split, { name }]) => [split, name]));
});

test('drums are split by name', () => {
  const hits = ['drum_snare_hard', 'drum_snare_soft', 'drum_tom_hi_soft', 'tabla_ghe7', 'tabla_ghe8', 'tabla_ghe1', 'tabla_na', 'tabla_na_o', 'tabla_na_s'].map((name) => ({ name, pitch: undefined, seconds: 0.5 }));
  expect(splitDrums(hits).map(([split]) => split)).toEqual(['test', 'train', 'val', 'test', 'val', 'train', 'train', 'test', 'val']);
  expect(splitDrums([{ name: 'tabla_ke1', pitch: undefined, seconds: 0.04 }])).toEqual([]);
});

test('no style is in two splits, and no test style in the pool', () => {
  const all = splits.flatMap((split) => [...stylesOf[split]]);
  expect(new Set(all).size).toBe(all.length);
  for (const split of splits) for (const style of distractorStylesOf[split]) expect<readonly string[]>(stylesOf[split]).toContain(style);
  for (const style of poolStyles) expect<readonly string[]>(stylesOf.test).not.toContain(style);
});

test('the test ambience is heard nowhere else', () => {
  for (const name of ambienceOf.test) expect<readonly string[]>([...ambienceOf.train, ...ambienceOf.val]).not.toContain(name);
});

test('note names', () => {
  expect(['A4', 'C4', 'As3', 'Fs7', 'C-1', 'H2', 'loop'].map(namedPitch)).toEqual([69, 60, 58, 102, 0, undefined, undefined]);
});
