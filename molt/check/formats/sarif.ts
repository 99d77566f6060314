/**
 * SARIF 2.1.0: findings for code scanning, with their rules, addresses from the repository's root, and fingerprints that survive
 * changes of lines.
 * source: OASIS, Static Analysis Results Interchange Format 2.1.0, sections 3.19, 3.27, 3.30, 3.49; what GitHub reads of it:
 *         https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import { anatomy, type Diagnostic, sentence } from '../diagnostic.ts';
import { allDiagnostics, type Result } from '../result.ts';
import { type RuleId, ruleIds, ruleOf } from '../rules.ts';
import { fingerprint } from './text.ts';

/** `saved-bytes` → `SavedBytes` */
const pascal = (name: string): string => name.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');

const rule = (id: RuleId): unknown => {
  const { name, about, hint, level } = ruleOf(id);
  return { id, name: pascal(name), shortDescription: { text: about }, fullDescription: { text: `${about} What helps: ${hint}.` }, help: { text: hint }, defaultConfiguration: { level }, properties: { tags: ['molt', 'architecture'] } };
};

/** A path as a URI reference: relative to the root where it is, else a file URI. */
export const uriOf = (file: string): string => {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : /^[A-Za-z]:\//.test(file) ? `file:///${file.slice(0, 2)}${path.slice(4)}` : path;
};
const isRelative = (file: string): boolean => !file.startsWith('/') && !/^[A-Za-z]:\//.test(file);

const finding = (d: Diagnostic, ordinal: number): unknown => {
  const { file, path, line, column, endLine, endColumn } = d.where;
  return {
    ruleId: d.rule, ruleIndex: ruleIds.indexOf(d.rule), level: ruleOf(d.rule).level,
    message: { text: [sentence(d), ...anatomy(d)].join('\n') },
    locations: [{
      physicalLocation: { artifactLocation: { uri: uriOf(file), ...(isRelative(file) ? { uriBaseId: '%SRCROOT%' } : {}) }, region: { startLine: line, startColumn: column, endLine, endColumn } },
      ...(path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path, kind: 'member' }] }),
    }],
    partialFingerprints: { 'moltFinding/v1': fingerprint(d.rule, file, path, String(ordinal)) },
  };
};

/** Findings of one rule at one path, counted: the only thing that tells them apart. */
const ordinals = (all: readonly Diagnostic[]): readonly number[] => {
  const key = (d: Diagnostic): string => JSON.stringify([d.rule, d.where.file, d.where.path]);
  const seen = new Map<string, number>();
  return all.map((d) => {
    const n = seen.get(key(d)) ?? 0;
    seen.set(key(d), n + 1);
    return n;
  });
};

export const sarif = (result: Result): string => {
  const all = allDiagnostics(result);
  const counted = ordinals(all);
  return JSON.stringify({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'molt', version: result.version, semanticVersion: result.version, rules: ruleIds.map(rule) } },
      automationDetails: { id: 'molt-check/' },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { '%SRCROOT%': { description: { text: 'the root of the repository' } } },
      results: all.map((d, i) => finding(d, counted[i] ?? 0)),
    }],
  }, null, 2);
};
