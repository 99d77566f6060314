/**
 * Pretty: a table of figures and, below it, what is wrong: for people at a terminal.
 */
import { address, anatomy } from '../diagnostic.ts';
import { figureNames, figureOf, shownFigure } from '../figures.ts';
import { type Checked, checkNames, diagnosticsOf, passed, type Result, summary, titleOf } from '../result.ts';
import { ruleOf, ruleTitle } from '../rules.ts';
import { columns } from './text.ts';

/** `decode, build: ok`, or which check failed first */
export const verdict = (checked: Checked): string => {
  const failed = checked.outcomes.filter(({ status }) => status === 'failed').map(({ check }) => check);
  return passed(checked) ? 'ok' : `FAILED ${failed.join(', ')}`;
};

const row = (checked: Checked): readonly string[] => [titleOf(checked), checked.kind ?? '', verdict(checked), ...figureNames.map((f) => (checked.figures === null ? '' : shownFigure(f, checked.figures[f])))];

const findings = (checked: Checked): readonly string[] =>
  diagnosticsOf(checked).flatMap((d) => ['', `${ruleTitle(d.rule)}${ruleOf(d.rule).level === 'warning' ? ' (warning)' : ''}: ${address(d)}${d.where.path === '' ? '' : ` (${d.where.path})`}`, ...anatomy(d).map((line) => `  ${line}`)]);

/** What every check did. */
const detailed = (checked: Checked): readonly string[] => ['', `${titleOf(checked)} (${checked.file})`, ...columns(3, checkNames.flatMap((name) => checked.outcomes.filter(({ check }) => check === name)).map(({ check, status, note }) => [`  ${check}`, status, note]))];

/** The page. One variant is told check by check, several in one table. */
export const pretty = (result: Result): string => {
  const { variants, batch, costing } = result;
  return [
    ...columns(3, [['variant', 'adapter', '', ...figureNames.map((f) => figureOf(f).heading)], ...variants.map(row)]),
    `figures of batch ${batch}, equations ${costing === 'written' ? 'as written (--planned: as engines run them)' : 'as planned'}`,
    ...(variants.length === 1 ? variants.flatMap(detailed) : []),
    ...variants.flatMap(findings),
    '',
    summary(result),
  ].join('\n');
};
