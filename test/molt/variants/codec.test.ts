/** The variant file: defaults, and the wording of every error. */
import { readFileSync, readdirSync } from 'node:fs';
import { isLeft, isRight, right } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeVariant, encodeVariant } from '../../../molt/variants/codec.ts';
import { exitCodes, printFault } from '../../../shapes/fault.ts';

const features = { visual: [{ tokens: 36, channels: 1536 }], audio: [{ tokens: 64, channels: 768 }] };
const least = { schemaVersion: 1, name: 'least', features, adapter: { kind: 'molt' } };

/** What a user sees for this file. */
const told = (json: unknown): string => {
  const decoded = decodeVariant('v.json', json);
  return isLeft(decoded) ? printFault(decoded.left) : `accepted: ${JSON.stringify(decoded.right)}`;
};
const withAdapter = (adapter: object): unknown => ({ ...least, adapter: { kind: 'molt', ...adapter } });

describe('what is accepted', () => {
  test('every default is filled in', () => {
    expect(decodeVariant('v.json', least)).toEqual(
      right({
        schemaVersion: 1, name: 'least', features, task: { kind: 'none' }, budgets: {},
        adapter: {
          kind: 'molt', uda: 2, cda: 2, tokens: 8, heads: 8, width: { visual: null, audio: null }, mix: 'token', share: 'none',
          router: { hidden: 128 }, fusion: { kind: 'mlp', hidden: 128, over: 'token' }, tor: { weight: 0.1, scale: 'mean' },
        },
      }),
    );
  });

  test('parts of nested options keep the defaults of the rest', () => {
    const decoded = decodeVariant('v.json', { ...least, adapter: { kind: 'molt', fusion: { kind: 'gates' }, tor: { scale: 'sum' }, width: { audio: 384 } }, budgets: { trainableParameters: 5 } });
    expect(decoded).toMatchObject(
      right({ adapter: { fusion: { kind: 'gates', hidden: 128, over: 'token' }, tor: { weight: 0.1, scale: 'sum' }, width: { visual: null, audio: 384 } }, budgets: { trainableParameters: 5 } }),
    );
  });

  test.each([
    ['late', ['late'], [1536, 1536]],
    ['early', ['early'], [192, 192, 384, 384]],
    ['early+late', ['early', 'late'], [192, 192, 384, 384, 1536, 1536]],
    [['late', 'early'], ['early', 'late'], [192, 192, 384, 384, 1536, 1536]],
    ['middle+late+middle', ['middle', 'late'], [768, 768, 768, 768, 768, 768, 1536, 1536]],
    [undefined, ['late'], [1536, 1536]],
  ])('named backbones at %j', (position, resolved, channels) => {
    const decoded = decodeVariant('v.json', { schemaVersion: 1, name: 'named', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat', position }, adapter: { kind: 'molt' } });
    expect(decoded).toMatchObject(right({ backbones: { position: resolved } }));
    if (isLeft(decoded)) return;
    expect(decoded.right.features.visual.map((f) => f.channels)).toEqual(channels);
    expect(decoded.right.features.audio.map((f) => f.channels)).toEqual(channels.map((c) => c / 2));
  });

  test('the twelve pairs of the published table', () => {
    const decoded = decodeVariant('v.json', { schemaVersion: 1, name: 'all', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat', position: 'early+middle+late' }, adapter: { kind: 'molt' } });
    if (isLeft(decoded)) throw new Error(printFault(decoded.left));
    const pairs = decoded.right.features.visual.map((v, l) => `${v.tokens}×${v.channels} ${decoded.right.features.audio[l]?.tokens}×${decoded.right.features.audio[l]?.channels}`);
    expect(pairs).toEqual([
      ...Array.from({ length: 2 }, () => '2304×192 4096×96'), ...Array.from({ length: 2 }, () => '576×384 1024×192'),
      ...Array.from({ length: 6 }, () => '144×768 256×384'), ...Array.from({ length: 2 }, () => '36×1536 64×768'),
    ]);
  });

  test.each(readdirSync('test/golden/molt'))('the golden variant %s', (name) => {
    expect(isRight(decodeVariant(name, JSON.parse(readFileSync(`test/golden/molt/${name}/variant.json`, 'utf8'))))).toBe(true);
  });

  test('tasks have fields of their own', () => {
    expect(decodeVariant('v.json', { ...least, task: { kind: 'ave', classes: 10 } })).toMatchObject(right({ task: { kind: 'ave', classes: 10, segments: 10 } }));
    expect(decodeVariant('v.json', { ...least, task: { kind: 'avs' } })).toMatchObject(right({ task: { kind: 'avs', setting: 's4', size: 224 } }));
    expect(decodeVariant('v.json', { ...least, task: { kind: 'avqa' } })).toMatchObject(right({ task: { kind: 'avqa', answers: 42, segments: 10 } }));
  });
});

const trunks = { visual: 'swinv2-large-w12-192', audio: 'htsat' };
const rival = (adapter: object, backbones: object = trunks): unknown => ({ schemaVersion: 1, name: 'rival', backbones, adapter });
const ave = { tokens: 32, reduction: 8, groups: 2, batchNorm: true, before: true, gate: 'after', start: 'uniform' };

describe('rivals', () => {
  test.each([
    ['lavish', rival({ kind: 'lavish' }), { kind: 'lavish', ...ave }],
    ['lavish in one trunk', rival({ kind: 'lavish' }, { visual: 'swinv2-large-w12-192', shared: true }), { kind: 'lavish', ...ave, tokens: 2 }],
    ['a released setting', rival({ kind: 'lavish', setting: 'lavish-avs-shared' }), { kind: 'lavish', tokens: 16, reduction: 4, groups: 2, batchNorm: false, before: false, gate: 'before', start: 'zeros' }],
    ['dg-sct', rival({ kind: 'dg-sct', tokens: 4 }), { kind: 'dg-sct', ...ave, tokens: 4, channel: 0.3, spatial: 0.05 }],
    ['avmoe', rival({ kind: 'avmoe', own: 2 }), { kind: 'avmoe', ...ave, cross: 1, own: 2, self: 'none', skip: [1, 3] }],
    ['avmoe, balanced as released', rival({ kind: 'avmoe', setting: 'avmoe-ms3' }), { kind: 'avmoe', tokens: 87, cross: 2, own: 2, self: 'tokens', balance: 0.01 }],
    ['avmoe, unbalanced', rival({ kind: 'avmoe', setting: 'avmoe-ms3', balance: 0 }), { kind: 'avmoe', balance: 0 }],
    ['lavish, gates of the visual stream alone', rival({ kind: 'lavish', gate: 'visual-after' }), { kind: 'lavish', ...ave, gate: 'visual-after' }],
    ['lavish, its own stream alone', rival({ kind: 'lavish', mode: 'uni-modal-linear' }), { kind: 'lavish', ...ave, mode: 'uni-modal-linear' }],
    ['avmoe everywhere', rival({ kind: 'avmoe', skip: [] }), { kind: 'avmoe', ...ave, cross: 1, own: 1, self: 'none', skip: [] }],
    ['norm-only', rival({ kind: 'norm-only' }), { kind: 'norm-only' }],
    ['none', rival({ kind: 'none' }), { kind: 'none' }],
    ['mettle', rival({ kind: 'mettle', width: { visual: 96, audio: 96 } }), { kind: 'mettle', tokens: 8, heads: 8, width: { visual: 96, audio: 96 } }],
  ])('%s', (_, json, adapter) => {
    const decoded = decodeVariant('v.json', json);
    expect(decoded).toMatchObject(right({ adapter }));
    if (isRight(decoded)) expect(decodeVariant('v.json', JSON.parse(JSON.stringify(encodeVariant(decoded.right))))).toEqual(decoded);
  });

  test('LCD reads every layer, adapters inside the trunks read no stored features', () => {
    const layers = (json: unknown): number => {
      const decoded = decodeVariant('v.json', json);
      return isRight(decoded) ? decoded.right.features.visual.length : -1;
    };
    expect([layers(rival({ kind: 'mettle' })), layers(rival({ kind: 'none' })), layers(rival({ kind: 'dg-sct' }))]).toEqual([12, 2, 0]);
  });

  test('tasks, budgets and training', () => {
    const json = { ...least, task: { kind: 'ave', head: 'cmbs' }, budgets: { peakBytes: 1e9, multiplyAdds: 5, exportedBytes: 7 }, training: { rate: 1e-3, epochs: 4 } };
    expect(decodeVariant('v.json', json)).toMatchObject(right({
      task: { kind: 'ave', classes: 28, segments: 10, head: 'cmbs', hidden: 0 }, budgets: { peakBytes: 1e9, multiplyAdds: 5, exportedBytes: 7 },
      training: { optimiser: 'adamw', rate: 1e-3, headRate: null, warmup: 0, final: 0.02, decay: 0, batch: 80, epochs: 4, seed: 0 },
    }));
  });

  test.each([
    ['without trunks', { ...least, adapter: { kind: 'lavish' } }, 'named trunks: the adapter lavish stands inside them'],
    ['with a sound trunk beside a shared one', rival({ kind: 'lavish' }, { ...trunks, shared: true }), "no audio trunk: 'swinv2-large-w12-192' runs both streams"],
    ['with one trunk', rival({ kind: 'lavish' }, { visual: 'swinv2-large-w12-192' }), 'or shared: true for one trunk'],
    ['at a position', rival({ kind: 'dg-sct' }, { ...trunks, position: 'late' }), 'no position: this adapter stands at every pair of blocks'],
    ['with channels that do not divide', rival({ kind: 'dg-sct', reduction: 7 }), 'channels divisible by reduction × groups'],
    ['without experts', rival({ kind: 'avmoe', cross: 0, own: 0 }), 'at least one expert: cross or own above 0'],
    ['with one expert to balance', rival({ kind: 'avmoe', cross: 1, own: 0, balance: 0.01 }), 'at least two experts: one is always taken whole'],
    ['with the setting of another method', rival({ kind: 'avmoe', setting: 'avmoe-ave-1+2' }), "did you mean 'avmoe-ave-1+1'?"],
    ['with an option of another method', rival({ kind: 'lavish', chanel: 1 }), 'one of the keys kind, setting, tokens, reduction, groups, batchNorm, before, gate, start, mode'],
    ['with too few segments', { ...least, task: { kind: 'ave', head: 'cmbs', segments: 3 } }, 'at least 4: the head cmbs takes the mean of the 4 highest segments'],
  ])('%s', (_, json, needed) => {
    expect(told(json)).toContain(needed);
  });
});

describe('what is told', () => {
  test('a misspelt key names the nearest', () => {
    expect(told(withAdapter({ headz: 8 }))).toMatchInlineSnapshot(`
      "name mismatch: v.json at adapter.headz
        given:  the key adapter.headz, which is not known
        needed: one of the keys kind, uda, cda, tokens, heads, width, mix, share, router, fusion, tor
        try:    did you mean 'heads'?"
    `);
  });
  test('a key that resembles none lists them all', () => {
    expect(told(withAdapter({ fusion: { temperature: 2 } }))).toMatchInlineSnapshot(`
      "name mismatch: v.json at adapter.fusion.temperature
        given:  the key adapter.fusion.temperature, which is not known
        needed: one of the keys kind, hidden, over"
    `);
  });
  test('a missing key', () => {
    expect(told({ schemaVersion: 1, features, adapter: { kind: 'molt' } })).toMatchInlineSnapshot(`
      "name mismatch: v.json at name
        given:  nothing: the key is missing
        needed: one line of text"
    `);
  });
  test('a wrong value has its path', () => {
    expect(told({ ...least, features: { ...features, audio: [{ tokens: '64', channels: 768 }] } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at features.audio[0].tokens
        given:  "64"
        needed: a positive integer"
    `);
  });
  test('a misspelt choice names the nearest', () => {
    expect(told(withAdapter({ mix: 'tokens' }))).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at adapter.mix
        given:  "tokens"
        needed: 'token' or 'pooled-channel'
        try:    did you mean 'token'?"
    `);
  });
  test('another schema version', () => {
    expect(told({ ...least, schemaVersion: 2 })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at schemaVersion
        given:  2
        needed: 1"
    `);
  });
  test('another kind of adapter', () => {
    expect(told({ ...least, adapter: { kind: 'lavesh' } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at adapter.kind
        given:  "lavesh"
        needed: 'molt', 'mettle', 'lavish', 'dg-sct', 'avmoe', 'none' or 'norm-only'
        try:    did you mean 'lavish'?"
    `);
  });
  test('all problems at once', () => {
    expect(told({ schemaVersion: 1, nam: 'x', features: { visual: [], audio: [{ tokens: 0 }] }, adapter: { kind: 'molt', uda: -1, share: 'some', rooter: {} }, task: { kind: 'ave', classs: 3 } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json
        given:  nam: no such key; did you mean 'name'?
                name: missing, needed one line of text
                features.visual: [], needed a list of at least one entry
                features.audio[0].tokens: 0, needed a positive integer
                features.audio[0].channels: missing, needed a positive integer
                adapter.rooter: no such key; did you mean 'router'?
                adapter.uda: -1, needed an integer of at least 0
                adapter.share: "some", needed 'none', 'layer' or 'all'
                task.classs: no such key; did you mean 'classes'?
        needed: a variant file without these 9 problems"
    `);
  });
  test('very many problems still fit a screen', () => {
    const text = told({ ...least, features: { visual: Array.from({ length: 40 }, () => ({ tokens: 0, channels: 1 })), audio: features.audio } });
    expect(text.split('\n').length).toBeLessThanOrEqual(24);
    expect(text).toContain('and 24 more');
  });
  test('neither features nor backbones', () => {
    expect(told({ schemaVersion: 1, name: 'x', adapter: { kind: 'molt' } })).toMatchInlineSnapshot(`
      "name mismatch: v.json at features
        given:  nothing: the key is missing
        needed: explicit pairs of layers, or the key backbones with named trunks"
    `);
  });
  test('both features and backbones', () => {
    expect(told({ ...least, backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat' } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at backbones
        given:  both features and backbones
        needed: either features or backbones, not both"
    `);
  });
  test('lists of different lengths', () => {
    expect(told({ ...least, features: { ...features, audio: [...features.audio, ...features.audio] } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at features
        given:  1 visual layers, 2 audio layers
        needed: as many visual as audio layers: they are paired by place"
    `);
  });
  test('no adapters at all', () => {
    expect(told(withAdapter({ uda: 0, cda: 0 }))).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at adapter
        given:  uda 0 and cda 0
        needed: at least one adapter: uda or cda above 0"
    `);
  });
  test('heads that do not divide a width', () => {
    expect(told(withAdapter({ heads: 7, width: { visual: 384 } }))).toMatchInlineSnapshot(`
      "cannot be decoded: v.json
        given:  adapter.width.visual: 384, needed a width divisible by the 7 heads
                features.audio[0].channels: 768, needed channels divisible by the 7 heads, or adapter.width.audio that is
        needed: a variant file without these 2 problems"
    `);
  });
  test('one set of projections for layers of different channels', () => {
    expect(told({ ...least, features: undefined, backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat', position: 'middle+late' }, adapter: { kind: 'molt', share: 'all' } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json
        given:  adapter.share: 'all' with visual layers of 768, 1536 channels, needed 'none' or 'layer': one set of projections fits layers of equal channels only
                adapter.share: 'all' with audio layers of 384, 768 channels, needed 'none' or 'layer': one set of projections fits layers of equal channels only
        needed: a variant file without these 2 problems"
    `);
  });
  test('a position that does not exist', () => {
    expect(told({ schemaVersion: 1, name: 'x', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat', position: 'early+lat' }, adapter: { kind: 'molt' } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at backbones.position
        given:  "early+lat"
        needed: 'early', 'middle' or 'late', or several joined by '+'
        try:    did you mean 'late'?"
    `);
  });
  test('a task that does not exist', () => {
    expect(told({ ...least, task: { kind: 'avss' } })).toMatchInlineSnapshot(`
      "cannot be decoded: v.json at task.kind
        given:  "avss"
        needed: 'none', 'ave', 'avs' or 'avqa'
        try:    did you mean 'avs'?"
    `);
  });
  test('something that is no object', () => {
    expect(told([1, 2])).toMatchInlineSnapshot(`
      "cannot be decoded: v.json
        given:  [1,2]
        needed: an object with the keys schemaVersion, name, features, backbones, adapter, task, budgets, training, $schema"
    `);
  });
  test('a key of the prototype is a misspelt key like any other', () => {
    expect(told(JSON.parse('{"schemaVersion":1,"name":"x","features":{"visual":[{"tokens":1,"channels":8}],"audio":[{"tokens":1,"channels":8}]},"adapter":{"kind":"molt"},"__proto__":{}}'))).toMatchInlineSnapshot(`
      "name mismatch: v.json at __proto__
        given:  the key __proto__, which is not known
        needed: one of the keys schemaVersion, name, features, backbones, adapter, task, budgets, training, $schema"
    `);
  });
  test('every problem of a variant is bad input', () => {
    const decoded = decodeVariant('v.json', withAdapter({ headz: 1, uda: -1 }));
    expect(isLeft(decoded) && exitCodes[decoded.left._tag]).toBe(2);
  });
});

test('decoding an encoded variant gives it back', () => {
  const size = fc.integer({ min: 1, max: 4 });
  const layer = fc.record({ tokens: size, channels: size.map((k) => k * 4) });
  const file = fc.record({
    schemaVersion: fc.constant(1),
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    features: fc.array(fc.tuple(layer, layer), { minLength: 1, maxLength: 3 }).map((pairs) => ({ visual: pairs.map(([v]) => v), audio: pairs.map(([, a]) => a) })),
    adapter: fc.record(
      {
        kind: fc.constant('molt'), uda: size, cda: fc.integer({ min: 0, max: 2 }), tokens: size, heads: fc.constantFrom(1, 2, 4),
        width: fc.record({ visual: fc.constantFrom(null, 4, 8) }), mix: fc.constantFrom('token', 'pooled-channel'), share: fc.constantFrom('none', 'layer'),
        fusion: fc.record({ kind: fc.constantFrom('mlp', 'average', 'gates'), over: fc.constantFrom('token', 'layer') }, { requiredKeys: [] }),
      },
      { requiredKeys: ['kind', 'heads'] },
    ),
    task: fc.constantFrom({ kind: 'none' }, { kind: 'ave', classes: 5 }, { kind: 'avqa' }),
  });
  fc.assert(
    fc.property(file, (json) => {
      const once = decodeVariant('v.json', json);
      if (isLeft(once)) throw new Error(printFault(once.left));
      expect(decodeVariant('v.json', JSON.parse(JSON.stringify(encodeVariant(once.right))))).toEqual(once);
    }),
    { seed: 7, numRuns: 200 },
  );
});
