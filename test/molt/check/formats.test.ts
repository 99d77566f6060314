/**
 * Formats: the exact text of each for one variant that passes and for everything that can be wrong; SARIF and JUnit against their schemas.
 * The texts lie in expected/; `npx vitest run test/molt/check -u` writes them anew.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allDiagnostics, exitCodeOf, type FormatName, formatNames, formats, ruleIds } from '../../../molt/check/index.ts';
import { escapedData, escapedProperty } from '../../../molt/check/formats/github.ts';
import { fingerprint, xml } from '../../../molt/check/formats/text.ts';
import { uriOf } from '../../../molt/check/formats/sarif.ts';
import { bad, badAgain, good } from './samples.ts';
import { violations } from './schema.ts';
import { elementsOf, parseXml, unlike } from './xml.ts';

const endings = { pretty: 'txt', json: 'json', github: 'txt', junit: 'xml', sarif: 'sarif', markdown: 'md' } as const satisfies { readonly [F in FormatName]: string };

test.each(formatNames)('%s', async (name) => {
  await expect(`${formats[name](await good())}\n`).toMatchFileSnapshot(`expected/good.${name}.${endings[name]}`);
  await expect(`${formats[name](await bad())}\n`).toMatchFileSnapshot(`expected/bad.${name}.${endings[name]}`);
});

test('every format is a function of the result alone, and tells every rule with file and line', async () => {
  const [one, other] = [await bad(), await badAgain()];
  const all = allDiagnostics(one);
  expect(new Set(all.map(({ rule }) => rule))).toEqual(new Set(['MOLT101', 'MOLT102', 'MOLT103', 'MOLT104', 'MOLT105', 'MOLT001', 'MOLT003', 'MOLT006', 'MOLT005', 'MOLT201', 'MOLT301', 'MOLT901', 'MOLT401', 'MOLT402']));
  for (const name of formatNames) {
    const text = formats[name](one);
    expect(text).toBe(formats[name](other));
    for (const { rule } of all) expect(text).toContain(rule);
  }
  expect(exitCodeOf(one)).toBe(3);
  expect(exitCodeOf({ ...one, variants: one.variants.filter(({ file }) => !file.includes('absent')) })).toBe(2);
  expect(exitCodeOf({ ...one, variants: one.variants.filter(({ file }) => /tight|drift|new|lawless/.test(file)) })).toBe(1);
  expect(exitCodeOf(await good())).toBe(0);
});

const sarifSchema: unknown = JSON.parse(readFileSync('test/molt/check/schemas/sarif-2.1.0-rtm.5.json', 'utf8'));

test('SARIF is valid against its schema, its rules are known and its addresses relative', async () => {
  for (const result of [await good(), await bad()]) {
    const log: unknown = JSON.parse(formats.sarif(result));
    expect(violations(sarifSchema, log)).toEqual([]);
    const { runs: [run] }: { readonly runs: readonly { readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }; readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number; readonly partialFingerprints: object; readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[] }[] }[] } = JSON.parse(formats.sarif(result));
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(ruleIds);
    for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
      expect(ruleIds[ruleIndex]).toBe(ruleId);
      for (const { physicalLocation: { artifactLocation: { uri } } } of locations) expect(uri).toMatch(/^variants\/[\w%.-]+$/);
    }
    const prints = run?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints)) ?? [];
    expect(new Set(prints).size).toBe(prints.length);
  }
});

test('the validator refuses what the schema forbids', () => {
  const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 'molt' } }, results: [{ message: { text: 'x' } }] }] };
  expect(violations(sarifSchema, log)).toEqual([]);
  expect(violations(sarifSchema, { ...log, version: '2.0.0' })).toHaveLength(1);
  expect(violations(sarifSchema, { version: '2.1.0' })).toHaveLength(1);
  expect(violations(sarifSchema, { ...log, runs: [{ tool: {}, results: [] }] })).toHaveLength(1);
  expect(violations(sarifSchema, { ...log, runs: [{ tool: { driver: { name: 'molt', nmae: '' } } }] })).toHaveLength(1);
  expect(violations(sarifSchema, { ...log, runs: [{ tool: { driver: { name: 'molt' } }, results: [{ level: 'fatal', message: { text: 'x' } }, { message: {} }] }] })).toHaveLength(2);
  expect(violations(sarifSchema, { ...log, runs: [{ tool: { driver: { name: 'molt' } }, results: [{ message: { text: 'x' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'a b' }, region: { startLine: 0 } } }] }] }] })).toHaveLength(2);
});

const junitSchema = parseXml(readFileSync('test/molt/check/schemas/jenkins-junit.xsd', 'utf8'));

test('JUnit is well-formed XML of the right form, and its counts are true', async () => {
  for (const result of [await good(), await bad()]) {
    const root = parseXml(formats.junit(result));
    expect(unlike(junitSchema, root)).toEqual([]);
    expect(root.children).toHaveLength(result.variants.length);
    for (const suite of root.children) {
      const cases = elementsOf(suite, 'testcase');
      expect(Number(suite.attributes['tests'])).toBe(cases.length);
      for (const [counted, tag] of [['failures', 'failure'], ['errors', 'error'], ['skipped', 'skipped']] as const) expect(Number(suite.attributes[counted])).toBe(cases.filter((one) => elementsOf(one, tag).length > 0).length);
    }
  }
  const names = parseXml(formats.junit(await bad())).children.map(({ attributes }) => attributes['name']);
  expect(names).toContain('beyond every budget');
});

test('the XML reader refuses what is not well-formed or of another form', () => {
  expect(() => parseXml('<a><b></a>')).toThrow();
  expect(() => parseXml('<a x=1/>')).toThrow();
  expect(() => parseXml('<a/><b/>')).toThrow();
  expect(() => parseXml('<a>&nbsp;</a>')).toThrow();
  expect(unlike(junitSchema, parseXml('<testsuites><testsuite name="a" tests="1"><testcase classname="a"/></testsuite></testsuites>'))).toEqual(['testcase: lacks name']);
  expect(unlike(junitSchema, parseXml('<testsuites><testcase name="a" classname="b"/></testsuites>'))).toEqual(['testsuites: holds testcase']);
  expect(unlike(junitSchema, parseXml('<testsuites>words<testsuite name="a" tests="1" nmae=""/></testsuites>'))).toEqual(['testsuites: holds text', 'testsuite: surplus nmae']);
  expect(unlike(junitSchema, parseXml('<testcase name="a"><system-out/><failure/></testcase>'))).toEqual(['testcase: holds system-out, failure']);
  expect(unlike(junitSchema, parseXml('<other/>'))).toEqual(['no element other']);
});

test('GitHub commands: what is escaped comes back, and a command stays one line', () => {
  const back = (text: string): string => text.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('%', '0', 'A', ':', ',', '\n', '\r', '2', 'x', '5') }), (text) => {
    expect(back(escapedProperty(text))).toBe(text);
    expect(escapedProperty(text)).not.toMatch(/[\n\r:,]/);
    expect(escapedData(text)).not.toMatch(/[\n\r]/);
  }), { seed: 1 });
});

test('XML holds any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    const root = parseXml(`<a b="${xml(text)}">${xml(text)}</a>`);
    const held = (c: string): boolean => ['\t', '\n', '\r'].includes(c) || (c >= ' ' && !/[\p{Cs}\uFFFE\uFFFF]/u.test(c));
    const kept = [...text].map((c) => (held(c) ? c : '\uFFFD')).join('');
    expect([root.attributes['b'], root.text]).toEqual([kept, kept]);
  }), { seed: 1 });
});

test('addresses and fingerprints', () => {
  expect(uriOf('variants/a b#1%.json')).toBe('variants/a%20b%231%25.json');
  expect(uriOf('/home/x y.json')).toBe('file:///home/x%20y.json');
  expect(uriOf('C:/x y.json')).toBe('file:///C:/x%20y.json');
  // published vectors of FNV-1a, 64 bits
  expect([fingerprint(''), fingerprint('a'), fingerprint('foobar')]).toEqual(['cbf29ce484222325', 'af63dc4c8601ec8c', '85944171f73967e8']);
  expect(fingerprint('a', 'b')).not.toBe(fingerprint('ab'));
});
