/**
 * `molt check` on files that are wrong in one way each: every finding has its rule id, file, line and a fix hint in every format; SARIF and
 * JUnit are valid. Half of the files are JSON, half are modules.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FormatName, formatNames, type RuleId, ruleOf, ruleTitle } from '../../../molt/check/index.ts';
import { checkCommand } from '../../../molt/cli/commands/check.ts';
import { violations } from '../check/schema.ts';
import { elementsOf, parseXml, unlike } from '../check/xml.ts';
import { recorder } from './terminal.ts';

const root = new URL('../../../', import.meta.url).pathname;
mkdirSync(join(root, '.cache'), { recursive: true });
const cwd = mkdtempSync(join(root, '.cache', 'formats-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const variant = (...rest: readonly string[]): string => ['{', '  "schemaVersion": 1,', '  "name": "one of many",', '  "features": { "visual": [{ "tokens": 4, "channels": 8 }], "audio": [{ "tokens": 3, "channels": 4 }] },', ...rest, '}', ''].join('\n');
const adapter = '  "adapter": { "kind": "molt", "uda": 1, "cda": 1, "tokens": 2, "heads": 2, "router": { "hidden": 4 }, "fusion": { "hidden": 4 } },';
const beyond = (figure: string): string => variant(adapter, '  "budgets": {', '    "exportedBytes": 1000000,', `    "${figure}": 10`, '  }').replace(figure === 'exportedBytes' ? '    "exportedBytes": 1000000,\n' : '\u0000', '');

/** A block whose softmax runs along `axis`: n as it should, q as it should not. */
const block = (scores: string, sum: string, rest: readonly string[] = []): string => [
  "import { block, einsum, fanIn, param, softmax } from '../../dsl/index.ts';",
  "import { claim } from '../../proofs/index.ts';",
  "import { dim } from '../../shapes/index.ts';",
  'const pool = block({ query: param(fanIn(), dim(3), dim(2)) }, (p) => (x) =>',
  `  einsum('${sum}')(`,
  `    softmax(einsum('${scores}')(x, p.query)), x));`,
  ...rest, '',
].join('\n');
const [scores, sum] = ['b n d, d q -> b q n', 'b q n, b n d -> b q d'];
const claimed = (at = '{ n: 4 }'): string => `export default claim(pool, { inputs: ['b n 3'], outputs: ['b 2 3'], claims: [{ law: 'hull' }], at: ${at} });`;

interface Wanted {
  readonly text: string;
  readonly rule: RuleId;
  readonly line: number;
}
const files: { readonly [file: string]: Wanted } = {
  'trainable.json': { text: beyond('trainableParameters'), rule: 'MOLT101', line: 8 },
  'saved.json': { text: beyond('savedBytesPerSample'), rule: 'MOLT102', line: 8 },
  'peak.json': { text: beyond('peakBytes'), rule: 'MOLT103', line: 8 },
  'multiply-adds.json': { text: beyond('multiplyAdds'), rule: 'MOLT104', line: 8 },
  'exported.json': { text: beyond('exportedBytes'), rule: 'MOLT105', line: 7 },
  'impossible.json': { text: variant('  "adapter": {', '    "kind": "molt",', '    "heads": 3', '  }'), rule: 'MOLT001', line: 4 },
  'misspelt.json': { text: variant('  "adapter": {', '    "kind": "molt",', '    "hedas": 2', '  }'), rule: 'MOLT003', line: 7 },
  'lawless.json': {
    text: '{\n  "schemaVersion": 1,\n  "name": "S4",\n  "backbones": { "visual": "swinv2-tiny64", "audio": "htsat-tiny64" },\n  "adapter": {\n    "kind": "avmoe",\n    "setting": "avmoe-s4", "reduction": 2, "groups": 2\n  },\n  "task": { "kind": "ave" }\n}\n',
    rule: 'MOLT201', line: 6,
  },
  'beyond.mjs': { text: block(scores, sum, ['export const budgets = {', '  exportedBytes: 1_000, // 24 are needed', '  trainableParameters: 5,', '};', claimed()]), rule: 'MOLT101', line: 9 },
  'impossible.mjs': { text: block(scores, sum, [claimed()]).replace('dim(3), dim(2)', 'dim(5), dim(2)'), rule: 'MOLT001', line: 6 },
  'misspelt.mjs': { text: block(scores, sum, ['export const budgets = {', "  // peakBytes: '", '  peekBytes: 5,', '};', claimed()]), rule: 'MOLT003', line: 9 },
  'lawless.mjs': { text: block('b n d, d q -> b n q', 'b n q, b n d -> b q d', [claimed()]), rule: 'MOLT200', line: 7 },
};

const check = async (...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string }> => {
  const { terminal, out } = recorder();
  const result = await checkCommand(() => ({ cwd, env: {} })).invoke(argv, terminal)();
  return { code: result._tag === 'Right' ? result.right : -1, out: out() };
};

interface Seen {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly hint: string;
}
const all = (text: string, pattern: RegExp): readonly Seen[] => [...text.matchAll(pattern)].map(({ groups = {} }) => ({ rule: groups['rule'] ?? '', file: groups['file'] ?? '', line: Number(groups['line']), hint: groups['hint'] ?? '' }));

interface JsonReport {
  readonly variants: readonly { readonly checks: readonly { readonly diagnostics: readonly { readonly rule: string; readonly file: string; readonly line: number; readonly hint: string }[] }[] }[];
}
interface SarifReport {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[] } };
    readonly results: readonly { readonly ruleId: string; readonly message: { readonly text: string }; readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: { readonly startLine: number } } }[] }[];
  }[];
}
const json = (text: string): readonly Seen[] => {
  const { variants }: JsonReport = JSON.parse(text);
  return variants.flatMap(({ checks }) => checks.flatMap(({ diagnostics }) => diagnostics.map(({ rule, file, line, hint }) => ({ rule, file, line, hint }))));
};
const sarif = (text: string): readonly Seen[] => {
  const { runs }: SarifReport = JSON.parse(text);
  return runs.flatMap(({ tool, results }) => results.flatMap(({ ruleId, message, locations }) => locations.map(({ physicalLocation: { artifactLocation, region } }) => {
    const hint = /hint: +(.*)/.exec(message.text)?.[1] ?? '';
    expect(tool.driver.rules.find(({ id }) => id === ruleId)?.help.text).toBe(hint);
    return { rule: ruleId, file: artifactLocation.uri, line: region.startLine, hint };
  })));
};
const junit = (text: string): readonly Seen[] =>
  parseXml(text).children.flatMap((suite) => elementsOf(suite, 'testcase').flatMap((one) => [...elementsOf(one, 'failure'), ...elementsOf(one, 'error')].flatMap((found) => all(found.text, /^(?<rule>MOLT\d+) [\w-]+: (?<file>[^:\n]+):(?<line>\d+):\d+$[^]*?hint: +(?<hint>.*)$/gm))));

const readers: { readonly [F in FormatName]: (text: string) => readonly Seen[] } = {
  pretty: (text) => all(text, /^(?<rule>MOLT\d+) [\w-]+: (?<file>[^:\n]+):(?<line>\d+):\d+[^]*?^ +hint: +(?<hint>.*)$/gm),
  json,
  github: (text) => all(text.replaceAll('%0A', '⏎').replaceAll('%3A', ':').replaceAll('%25', '%'), /^::error file=(?<file>[^,]+),line=(?<line>\d+),.*title=(?<rule>MOLT\d+) [\w-]+::.*?⏎hint: +(?<hint>.*)$/gm),
  junit, sarif,
  markdown: (text) => all(text.replaceAll('\\', ''), /^- \*\*(?<rule>MOLT\d+) [\w-]+\*\* at (?<file>[^:\n]+):(?<line>\d+):\d+[^]*?^ +hint: +(?<hint>.*?) *$/gm),
};

beforeAll(async () => {
  for (const [file, { text }] of Object.entries(files)) writeFileSync(join(cwd, file), text);
  await check(...Object.keys(files));
}, 60_000);

const schemas = { sarif: JSON.parse(readFileSync('test/molt/check/schemas/sarif-2.1.0-rtm.5.json', 'utf8')), junit: parseXml(readFileSync('test/molt/check/schemas/jenkins-junit.xsd', 'utf8')) } as const;

test.each(formatNames)('%s: rule id, file, line and a fix hint of everything that is wrong', async (format) => {
  const { code, out } = await check(...Object.keys(files), '--format', format);
  expect(code).toBe(2);
  const found = readers[format](out);
  for (const [file, { rule, line }] of Object.entries(files)) {
    const own = found.filter((one) => one.file === file);
    expect(own.length, `${file}\n${out}`).toBeGreaterThan(0);
    for (const one of own) expect(one, file).toEqual({ rule, file, line, hint: ruleOf(rule).hint });
    expect(out).toContain(ruleTitle(rule).split(' ')[0]);
  }
  if (format === 'sarif') expect(violations(schemas.sarif, JSON.parse(out))).toEqual([]);
  if (format === 'junit') expect(unlike(schemas.junit, parseXml(out))).toEqual([]);
}, 60_000);
