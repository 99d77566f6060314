/**
 * The address of a collection: every number that could differ gives another one, nothing else does.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectionKey, shardName, storeVersion, type Made } from '../../../molt/store/index.ts';
import { canonical, checkMade, decodeMade, printMade } from '../../../molt/store/made.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
import { input, made } from './described.ts';

const others: { readonly [K in keyof Made]: Made[K] } = {
  backbone: 'other',
  config: { kind: 'swinv2', image: 64, depths: [2, 3] },
  weights: 'other',
  preprocessing: 'ave v2',
  position: 'mid',
  modality: 'audio',
  dtype: 'f32',
  tensors: [{ name: 'visual.0', sizes: [3, 4] }],
  segments: 3,
};

test('each field but the name of the backbone changes the key', () => {
  const keys = [collectionKey(made()), ...Object.entries(others).map(([name, value]) => collectionKey({ ...made(), [name]: value }))];
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(keys.length - 1);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('a shard is named by its collection and its items in order', () => {
  const [a, b] = [input(1), input(2)];
  const names = [shardName('k', [a, b]), shardName('k', [b, a]), shardName('l', [a, b]), shardName('k', [a]), shardName('k', [`${a}\n${b}`.slice(0, 64)])];
  expect(new Set(names).size).toBe(4);
});

test('canonical JSON: the order of keys does not matter, every value does', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
    const turned = JSON.parse(canonical(a));
    expect(canonical(turned)).toBe(canonical(a));
    const same = JSON.stringify(a) === JSON.stringify(b);
    if (same) expect(canonical(a)).toBe(canonical(b));
  }), { seed: 1, numRuns: 200 });
  expect(canonical({ b: [1, { d: 2, c: 'x' }], a: undefined, e: null })).toBe('{"b":[1,{"c":"x","d":2}],"e":null}');
  expect(canonical({ a: { b: 1 } })).not.toBe(canonical({ a: { b: '1' } }));
});

test('written and read', () => {
  const text = printMade(made());
  expect(good(decodeMade('collection.json', JSON.parse(text)))).toEqual(made());
  expect(text.replaceAll(/[0-9a-f]{64}/g, 'HASH')).toMatchInlineSnapshot(`
    "{
      "version": 1,
      "backbone": "tiny",
      "modality": "visual",
      "weights": "HASH",
      "preprocessing": "ave v1",
      "position": "late",
      "dtype": "f16",
      "segments": 2,
      "tensors": [{"name":"visual.0","sizes":[3,4]},{"name":"visual.1","sizes":[2,5]}],
      "config": {"depths":[2,2],"image":64,"kind":"swinv2"},
      "sha256": "HASH"
    }
    "
  `);
});

test('a later version, unknown keys, odd values, a tensor named twice', () => {
  const refused = (read: unknown) => printFault(bad(decodeMade('collection.json', read)));
  expect(refused({ version: storeVersion + 1, anything: true })).toMatchInlineSnapshot(`
    "not supported: collection.json
      given:  a feature store of version 2
      needed: version 1 or earlier
      try:    update molt, or extract into another folder"
  `);
  expect(refused({ ...JSON.parse(printMade(made())), dtype: 'f64', segment: 2 })).toMatchInlineSnapshot(`
    "cannot be decoded: collection.json
      given:  segment: no such key; did you mean 'segments'?
              dtype: "f64", needed 'f16' or 'f32'
      needed: the description of a collection without these 2 problems"
  `);
  expect(printFault(bad(checkMade('made', made({ tensors: [{ name: 'a', sizes: [1] }, { name: 'a', sizes: [2] }] }))))).toMatchInlineSnapshot(`
    "name mismatch: made
      given:  the tensor a, twice
      needed: tensors of different names"
  `);
  expect(printFault(bad(checkMade('made', made({ segments: 0, tensors: [] }))))).toMatchInlineSnapshot(`
    "cannot be decoded: made
      given:  tensors: [], needed a list of at least one entry
              segments: 0, needed a positive integer
      needed: the description of a collection without these 2 problems"
  `);
});
