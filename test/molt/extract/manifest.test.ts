/** Manifests: what is read, and what is said about mistakes. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { decodeManifest } from '../../../molt/extract/manifest.ts';
import { printFault } from '../../../shapes/fault.ts';

const clip = { id: 'a', video: 'a.mp4' };
const labels = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2];

test('everything that may stand in a manifest', () => {
  const items = [
    { ...clip, labels, split: 'train' },
    { id: 'b', audio: 'b.wav', frames: ['b/1.png', 'b/2.png'], split: 'val' },
    { id: 'c', frames: 'c', split: 'test' },
  ];
  const json = { schemaVersion: 1, setting: 'ave', classes: ['dog', 'cat', 'none'], items };
  expect(decodeManifest('m.json', json)).toEqual(right(json));
  expect(decodeManifest('m.json', { schemaVersion: 1, items: [clip] }, 'avs')).toEqual(right({ schemaVersion: 1, setting: 'avs', items: [clip] }));
  expect(decodeManifest('m.json', { schemaVersion: 1, setting: 'ave', items: [clip] }, 'avqa')).toEqual(right({ schemaVersion: 1, setting: 'avqa', items: [clip] }));
});

const said = (json: unknown): string => {
  const decoded = decodeManifest('m.json', json);
  return isLeft(decoded) ? printFault(decoded.left) : 'nothing';
};
const of = (...items: readonly unknown[]): unknown => ({ schemaVersion: 1, setting: 'ave', items });

test.each([
  ['no items', of(), 'cannot be decoded: m.json at items\n  given:  an empty list\n  needed: at least one item\n  try:    { "id": "clip1", "video": "clip1.mp4" } is an item'],
  ['an id twice', of(clip, { ...clip, video: 'b.mp4' }), "cannot be decoded: m.json at items[1].id\n  given:  'a' again\n  needed: an id that no other item has: items[0] has it"],
  ['a misspelt key', of({ ...clip, lables: labels }), "name mismatch: m.json at items[0].lables\n  given:  the key items[0].lables, which is not known\n  needed: one of the keys id, video, audio, frames, labels, split\n  try:    did you mean 'labels'?"],
  ['no media', of({ id: 'a' }), 'name mismatch: m.json at items[0].video\n  given:  nothing: the key is missing\n  needed: a path under video, audio or frames'],
  ['too few labels', of({ ...clip, labels: [1, 2] }), 'cannot be decoded: m.json at items[0].labels\n  given:  2 labels\n  needed: 10 labels, one for each segment'],
  ['an unknown class', { schemaVersion: 1, setting: 'ave', classes: ['dog', 'cat'], items: [{ ...clip, labels }] }, 'cannot be decoded: m.json\n  given:  items[0].labels[7]: 2, needed a class from 0 to 1: classes has 2 names\n          items[0].labels[8]: 2, needed a class from 0 to 1: classes has 2 names\n          items[0].labels[9]: 2, needed a class from 0 to 1: classes has 2 names\n  needed: a manifest without these 3 problems'],
  ['no setting', { schemaVersion: 1, items: [clip] }, "name mismatch: m.json at setting\n  given:  nothing: the key is missing\n  needed: 'ave', 'avqa' or 'avs': how clips are cut and pictures made; or the flag --setting"],
  ['a wrong setting', { schemaVersion: 1, setting: 'avqaa', items: [clip] }, "cannot be decoded: m.json at setting\n  given:  \"avqaa\"\n  needed: 'ave', 'avqa' or 'avs'\n  try:    did you mean 'avqa'?"],
  ['a wrong split', of({ ...clip, split: 'trian' }), "cannot be decoded: m.json at items[0].split\n  given:  \"trian\"\n  needed: 'train', 'val' or 'test'\n  try:    did you mean 'train'?"],
  ['wrong frames', of({ id: 'a', frames: [1] }), 'cannot be decoded: m.json at items[0].frames[0]\n  given:  1\n  needed: one line of text'],
  ['a list', [clip], 'cannot be decoded: m.json\n  given:  [{"id":"a","video":"a.mp4"}]\n  needed: an object with the keys schemaVersion, setting, classes, items'],
])('%s', (_, json, text) => {
  expect(said(json)).toBe(text);
});
