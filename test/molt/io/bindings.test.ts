/**
 * Names matched: all differences in one message of one screen.
 */
import { expect, test } from 'vitest';
import { checkFinite, matchNames } from '../../../molt/io/bindings.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, f32, good, i32 } from '../../dsl/safetensors/helpers.ts';

const zeros = (...sizes: readonly number[]) => f32(sizes, ...Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () => 0));
const needed = new Map([
  ['ca.visual.query', { sizes: [2, 3], dtype: 'f32' as const }],
  ['ca.visual.key', { sizes: [2, 3], dtype: 'f32' as const }],
  ['head.bias', { sizes: [4], dtype: 'f32' as const }],
  ['order', { sizes: [1], dtype: 'i32' as const }],
]);

test('all there: the values in the order of what is needed', () => {
  const given = new Map([['order', i32([1], 0)], ['head.bias', zeros(4)], ['ca.visual.key', zeros(2, 3)], ['ca.visual.query', zeros(2, 3)]]);
  const matched = good(matchNames('w.safetensors', given, needed));
  expect([...matched.keys()]).toEqual([...needed.keys()]);
  expect(matched.get('order')).toBe(given.get('order'));
});

test('every kind of difference at once', () => {
  const given = new Map([['order', zeros(1)], ['head.bias', zeros(5)], ['ca.visual.qeury', zeros(2, 3)], ['ca.visual.key', zeros(2, 3)], ['optimizer', zeros(1)]]);
  const refused = bad(matchNames('w.safetensors', given, needed));
  expect(refused._tag).toBe('Name');
  expect(printFault(refused)).toMatchInlineSnapshot(`
    "name mismatch: w.safetensors
      given:  missing:   ca.visual.query f32 [2, 3]
              surplus:   ca.visual.qeury f32 [2, 3] (did you mean ca.visual.query?)
              surplus:   optimizer f32 [1]
              misshapen: head.bias is f32 [5], needed f32 [4]
              dtype:     order is f32 [1], needed i32 [1]
      needed: exactly the 4 names of this model, each with its sizes and type
      try:    check that this file was made for this configuration"
  `);
});

test('only sizes differ: Shape; only types: Decode', () => {
  const sound = [['ca.visual.query', zeros(2, 3)], ['ca.visual.key', zeros(2, 3)], ['head.bias', zeros(4)], ['order', i32([1], 0)]] as const;
  expect(printFault(bad(matchNames('w', new Map([...sound, ['head.bias', zeros(2, 2)] as const]), needed)))).toMatchInlineSnapshot(`
    "shapes do not fit: w
      given:  misshapen: head.bias is f32 [2, 2], needed f32 [4]
      needed: exactly the 4 names of this model, each with its sizes and type
      try:    check the widths of the configuration against those that this file was made with"
  `);
  expect(printFault(bad(matchNames('w', new Map([...sound, ['order', zeros(1)] as const]), needed)))).toMatchInlineSnapshot(`
    "cannot be decoded: w
      given:  dtype:     order is f32 [1], needed i32 [1]
      needed: exactly the 4 names of this model, each with its sizes and type
      try:    check the widths of the configuration against those that this file was made with"
  `);
});

test('hundreds of differences fit a screen', () => {
  const many = new Map(Array.from({ length: 300 }, (_, i) => [`layer.${i}.weight`, { sizes: [2], dtype: 'f32' as const }]));
  const given = new Map(Array.from({ length: 400 }, (_, i) => [`layers.${i}.weight`, zeros(2)]));
  expect(printFault(bad(matchNames('w.safetensors', given, many)))).toMatchInlineSnapshot(`
    "name mismatch: w.safetensors
      given:  missing:   layer.0.weight f32 [2]
              missing:   layer.1.weight f32 [2]
              missing:   layer.2.weight f32 [2]
              missing:   layer.3.weight f32 [2]
              missing:   layer.4.weight f32 [2]
              missing:   layer.5.weight f32 [2]
              and 294 more missing
              surplus:   layers.0.weight f32 [2] (did you mean layer.0.weight?)
              surplus:   layers.1.weight f32 [2] (did you mean layer.1.weight?)
              surplus:   layers.2.weight f32 [2] (did you mean layer.2.weight?)
              surplus:   layers.3.weight f32 [2] (did you mean layer.3.weight?)
              surplus:   layers.4.weight f32 [2] (did you mean layer.4.weight?)
              surplus:   layers.5.weight f32 [2] (did you mean layer.5.weight?)
              and 394 more surplus
      needed: exactly the 300 names of this model, each with its sizes and type
      try:    check that this file was made for this configuration"
  `);
  expect(printFault(bad(matchNames('w.safetensors', new Map(), many))).split('\n').length).toBeLessThan(20);
});

test('nothing needed and nothing given', () => {
  expect(good(matchNames('w', new Map(), new Map())).size).toBe(0);
});

test('numbers that are not finite: tensor, first place, count', () => {
  const features = zeros(2, 3, 2);
  features.data.set([NaN, Infinity], 7);
  const values = new Map([['labels', i32([2], 1, 2)], ['visual', features], ['audio', zeros(2)], ['bias', f32([], -Infinity)]]);
  expect(printFault(bad(checkFinite('features.safetensors', values)))).toMatchInlineSnapshot(`
    "not a finite number: features.safetensors
      given:  visual f32 [2, 3, 2]: NaN at [1, 0, 1], 2 of 12 not finite
              bias f32 []: -Infinity at [], 1 of 1 not finite
      needed: finite numbers only
      try:    look where these values were made: a NaN spreads from there"
  `);
  const sound = new Map([['audio', zeros(2)], ['none', zeros(0, 3)]]);
  expect(good(checkFinite('f', sound))).toBe(sound);
  expect(bad(checkFinite('f', new Map(Array.from({ length: 40 }, (_, i) => [`w${i}`, f32([1], NaN)])))).given.length).toBe(13);
});
