/** The reports by validators of other people: SARIF by ajv, JUnit by libxml2's xmllint; both against the published schemas. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { formats } from '../../../molt/check/index.ts';
import { bad, good } from './samples.ts';

const schemaOf = (name: string): string => readFileSync(`test/molt/check/schemas/${name}`, 'utf8');

test('SARIF by ajv', async () => {
  // ajv speaks draft 7; of draft 4 the schema uses nothing that has another meaning there but the names of these two
  const { id: _, $schema: __, ...schema } = JSON.parse(schemaOf('sarif-2.1.0-rtm.5.json'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false });
  const validate = (log: unknown): readonly unknown[] => [ajv.validate(schema, log), ajv.errors];
  for (const result of [await good(), await bad()]) expect(validate(JSON.parse(formats.sarif(result)))).toEqual([true, null]);
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { nmae: 'molt' } } }] })).toMatchObject([false, [{ keyword: 'required' }, { keyword: 'additionalProperties' }]]);
});

test('JUnit by xmllint', async () => {
  const validate = (contents: string) => validateXML({ xml: [{ fileName: 'molt.xml', contents }], schema: [schemaOf('jenkins-junit.xsd')] });
  for (const result of [await good(), await bad()]) expect(await validate(formats.junit(result))).toMatchObject({ valid: true, errors: [] });
  expect(await validate(formats.junit(await good()).replace('<testcase name', '<testcase nmae'))).toMatchObject({ valid: false });
});
