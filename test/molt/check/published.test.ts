/**
 * The reports by validators of other people: SARIF by ajv, JUnit by libxml2's xmllint; both against the published schemas.
 * Each test is skipped where its validator is not installed (`npm install --no-save ajv xmllint-wasm`); formats.test.ts asks our own the same.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { formats } from '../../../molt/check/index.ts';
import { bad, good } from './samples.ts';

const installed = (name: string): unknown => {
  try {
    const found: unknown = createRequire(import.meta.url)(name);
    return found;
  } catch {
    return undefined;
  }
};
const member = (x: unknown, name: string): unknown => ((typeof x === 'object' && x !== null) || typeof x === 'function' ? Reflect.get(x, name) : undefined);
const isFunction = (x: unknown): x is (...xs: readonly unknown[]) => unknown => typeof x === 'function';

const schemaOf = (name: string): string => readFileSync(`test/molt/check/schemas/${name}`, 'utf8');

const Ajv = member(installed('ajv'), 'default');

test.skipIf(!isFunction(Ajv))('SARIF by ajv (skipped where ajv is not installed)', async () => {
  // ajv speaks draft 7; of draft 4 the schema uses nothing that has another meaning there but the names of these two
  const { id: _, $schema: __, ...schema } = JSON.parse(schemaOf('sarif-2.1.0-rtm.5.json'));
  const ajv: unknown = isFunction(Ajv) ? Reflect.construct(Ajv, [{ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false }]) : undefined;
  const validate = (log: unknown): unknown => {
    const run = member(ajv, 'validate');
    return isFunction(run) ? [Reflect.apply(run, ajv, [schema, log]), member(ajv, 'errors')] : undefined;
  };
  for (const result of [await good(), await bad()]) expect(validate(JSON.parse(formats.sarif(result)))).toEqual([true, null]);
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { nmae: 'molt' } } }] })).toMatchObject([false, [{ keyword: 'required' }, { keyword: 'additionalProperties' }]]);
});

const validateXML = member(installed('xmllint-wasm'), 'validateXML');

test.skipIf(!isFunction(validateXML))('JUnit by xmllint (skipped where xmllint-wasm is not installed)', async () => {
  const validate = async (contents: string): Promise<unknown> => (isFunction(validateXML) ? validateXML({ xml: [{ fileName: 'molt.xml', contents }], schema: [schemaOf('jenkins-junit.xsd')] }) : undefined);
  for (const result of [await good(), await bad()]) expect(await validate(formats.junit(result))).toMatchObject({ valid: true, errors: [] });
  expect(await validate(formats.junit(await good()).replace('<testcase name', '<testcase nmae'))).toMatchObject({ valid: false });
});
