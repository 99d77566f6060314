/**
 * GitHub: workflow commands, one a finding, which become annotations at file and line; then the summary as plain text.
 * source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and the escaping of its toolkit (packages/core/src/command.ts)
 */
import { anatomy, type Diagnostic } from '../diagnostic.ts';
import { allDiagnostics, type Result, summary } from '../result.ts';
import { ruleOf, ruleTitle } from '../rules.ts';

/** The text after the colons. */
export const escapedData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
/** A property's value. */
export const escapedProperty = (text: string): string => escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const annotation = (d: Diagnostic): string => {
  const { file, line, column, endLine, endColumn, path } = d.where;
  const place: readonly (readonly [string, string | number])[] = [['file', file], ['line', line], ['endLine', endLine], ['col', column], ...(line === endLine ? [['endColumn', Math.max(column, endColumn - 1)] as const] : []), ['title', ruleTitle(d.rule)]];
  return `::${ruleOf(d.rule).level} ${place.map(([name, value]) => `${name}=${escapedProperty(String(value))}`).join(',')}::${escapedData([...(path === '' ? [] : [path]), ...anatomy(d)].join('\n'))}`;
};

export const github = (result: Result): string => [...allDiagnostics(result).map(annotation), summary(result)].join('\n');
