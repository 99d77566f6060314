/**
 * Variant files for the tests of checks: one that passes, and one for each thing that can be wrong.
 */
import { left, right } from 'fp-ts/lib/Either.js';
import { type Checked, checkSource, decodeLock, lockOutcome, type Options, type Ports, type Result } from '../../../molt/check/index.ts';
import { fault } from '../../../shapes/fault.ts';

const module: Ports['module'] = () => async () => left([]);

/** Ports without laws or training: two laws hold. */
export const calm: Ports = { laws: () => async () => right({ held: 2, broken: [] }), smoke: (_, steps) => async () => right({ first: 2, last: 1, steps }), module };

/** One law is broken, the loss rises. */
export const broken: Ports = {
  laws: () => async () => right({
    held: 1,
    broken: [{ rule: 'MOLT201', id: 'batch.neighbours', statement: 'the result of a sample does not depend on the other samples of the batch', counter: ['sample 1 of output 0: first at [0, 2]: 0.5, wanted 0.25', 'sample inputs f32[2, 1, 2]; seed 7'], replay: 'seed 1, path 0:1' }],
  }),
  smoke: (_, steps) => async () => right({ first: 1, last: 1.5, steps }),
  module,
};

/** There is nothing to run. */
export const absent: Ports = { laws: () => async () => left(fault('Unsupported', 'laws', ['no law is known of it'], 'another kind')), smoke: () => async () => left(fault('Defect', 'smoke', ['it broke'], 'no exception')), module };

const lines = (name: string, rest: readonly string[]): string => [
  '{', '  "schemaVersion": 1,', `  "name": ${JSON.stringify(name)},`,
  '  "features": { "visual": [{ "tokens": 4, "channels": 8 }], "audio": [{ "tokens": 3, "channels": 4 }] },', ...rest, '}', '',
].join('\n');
const adapter = '  "adapter": { "kind": "molt", "uda": 1, "cda": 1, "tokens": 2, "heads": 2, "router": { "hidden": 4 }, "fusion": { "hidden": 4 } }';
const roomy = '"trainableParameters": 100000, "savedBytesPerSample": 100000, "peakBytes": 1000000, "multiplyAdds": 100000, "exportedBytes": 1000000';

export const passing = lines('passing', [`${adapter},`, `  "budgets": { ${roomy} }`]);
export const tight = lines('beyond every budget', [`${adapter},`, '  "budgets": {', '    "trainableParameters": 100,', '    "savedBytesPerSample": 20,', '    "peakBytes": 300,', '    "multiplyAdds": 40,', '    "exportedBytes": 500', '  }']);
export const impossible = lines('impossible', ['  "adapter": { "kind": "molt", "heads": 3 }']);
export const misspelt = lines('misspelt, <b>&amp;</b> | 100% ‘odd’: name', ['  "adapter": { "kind": "molt", "hedas": 2 },', '  "task": { "kind": "none" }']);
export const doubled = lines('doubled', [`${adapter},`, '  "name": "again"']);
export const unclosed = '{\n  "schemaVersion": 1,\n  // a comment\n  "name": "unclosed"\n}\n';
export const bare = '{ "schemaVersion": 2, "name": "", "adapter": { "heads": 0 } }\n';
export const plain = lines('plain', [adapter]);

export const quick: Options = { costing: 'written', batch: 2, laws: true, smoke: 0 };

const lock = decodeLock('molt.lock.json', { schemaVersion: 1, batch: 2, variants: { 'variants/drift.json': { name: 'drift', figures: { trainableParameters: 900, savedBytesPerSample: 0, peakBytes: 100000, multiplyAdds: 1, exportedBytes: 1 } } } });

const checked = async (file: string, text: string, ports: Ports = calm, options: Options = quick): Promise<Checked> => {
  const found = await checkSource(options, ports)({ file, text });
  const known = file.includes('drift') || file.includes('new') ? (lock._tag === 'Right' ? lock.right : undefined) : undefined;
  return { ...found, outcomes: [...found.outcomes, lockOutcome(known, options, found, { file, ...found.at })] };
};

const goodResult = async (): Promise<Result> => ({ version: '0.1.0', costing: 'written', batch: 2, variants: [await checked('variants/passing.json', passing)] });

const badResult = async (): Promise<Result> => ({
  version: '0.1.0', costing: 'written', batch: 2,
  variants: [
    await checked('variants/passing.json', passing),
    await checked('variants/tight.json', tight),
    await checked('variants/impossible.json', impossible),
    await checked('variants/mis:spelt, 1.json', misspelt),
    await checked('variants/doubled.json', doubled),
    await checked('variants/unclosed.json', unclosed),
    await checked('variants/lawless.json', plain, broken, { ...quick, smoke: 3 }),
    await checked('variants/absent.json', plain, absent, { ...quick, smoke: 3 }),
    await checked('variants/drift.json', plain),
    await checked('variants/new.json', plain),
  ],
});

const made = { good: goodResult(), bad: badResult() };

/** One variant, which passes. */
export const good = (): Promise<Result> => made.good;
/** One that passes, and everything that can be wrong. */
export const bad = (): Promise<Result> => made.bad;
/** The same, found anew. */
export const badAgain = badResult;
