/** The index of shards: one rule for who fetches them and who opens them. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { isTame, shardsIn } from '../../../molt/weights/shards.ts';

const inW = (map: unknown) => shardsIn('/w/index', { metadata: { total_size: 1 }, weight_map: map }, (path) => `/w/${path}`);

test('each weight and its shard', () => {
  expect(inW({ a: 'x.safetensors', b: 'y.safetensors' })).toEqual({ _tag: 'Right', right: new Map([['a', '/w/x.safetensors'], ['b', '/w/y.safetensors']]) });
});

test.each(['deep/b.safetensors', '../b.safetensors', '/etc/b.safetensors', 'a//b.safetensors', String.raw`..\b.safetensors`, 'c:b.safetensors', '..', '', 'deep/../../b.safetensors', 'a\u0000.safetensors', 7, null, ['a.safetensors']])('a path that leads elsewhere: %j', (path) => {
  expect(inW({ fine: 'a.safetensors', bad: path })).toMatchObject({ left: { _tag: 'Decode', where: '/w/index at weight_map.bad', needed: expect.stringContaining('beside the index') } });
});

test.each([['nothing', {}, 'Decode'], ['another kind of file', { a: 'a.safetensors', b: 'b.json' }, 'Decode'], ['no map', undefined, 'Name'], ['a list', ['a.safetensors'], 'Decode']] as const)('%s', (_what, map, tag) => {
  const found = inW(map);
  expect(isLeft(found) && found.left._tag).toBe(tag);
});

test('shards that are pickles: all of them in one command', () => {
  expect(inW({ a: 'm-00001-of-00002.bin', b: 'm-00002-of-00002.bin', c: 'm-00001-of-00002.bin' })).toMatchObject({
    left: { _tag: 'Unsupported', hint: expect.stringMatching(/weights_only=True[^]* \/w\/m-00001-of-00002\.bin \/w\/m-00002-of-00002\.bin \/w\/m\.safetensors$/) },
  });
});

test('a tame path', () => {
  expect(['a', 'a/b.c', '...', 'a b'].map(isTame)).toEqual([true, true, true, true]);
  expect(['', '/a', 'a/', '.', 'a/..', 'a\\b', 'c:', 'a\n'].some(isTame)).toBe(false);
});
