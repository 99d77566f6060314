/** The JSON Schema of the variant file: the published one is the codec's, and samples obey it. */
import { expect, test } from 'vitest';
import { jsonSchema } from '../../../molt/variants/schema.ts';
import { samples } from './samples.ts';
import { problems } from './validator.ts';

test('the published schema is what the codec says', async () => {
  await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../../molt/variants/variant.schema.json');
});

test.each(samples.map(({ name, json }) => [name, json] as const))('%s obeys it', (_, json) => {
  expect(problems(jsonSchema(), json)).toEqual([]);
});

const least = { schemaVersion: 1, name: 'x', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat' }, adapter: { kind: 'molt' } };
test.each([
  ['a misspelt key', { ...least, adapter: { kind: 'molt', headz: 2 } }],
  ['a kind that is not there', { ...least, adapter: { kind: 'molto' } }],
  ['a wrong type', { ...least, adapter: { kind: 'molt', uda: 1.5 } }],
  ['no name', { ...least, name: undefined }],
  ['another version', { ...least, schemaVersion: 2 }],
  ['a position that is not there', { ...least, backbones: { ...least.backbones, position: 'early+lat' } }],
  ['neither features nor backbones', { schemaVersion: 1, name: 'x', adapter: { kind: 'none' } }],
])('%s does not', (_, json) => {
  expect(problems(jsonSchema(), JSON.parse(JSON.stringify(json)))).not.toEqual([]);
});
