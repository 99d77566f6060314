/**
 * Markdown: a table of figures and a list of findings, for a job's summary or a comment on a pull request.
 */
import { address, anatomy, type Diagnostic } from '../diagnostic.ts';
import { figureNames, figureOf, shownFigure } from '../figures.ts';
import { allDiagnostics, type Checked, passed, type Result, summary, titleOf } from '../result.ts';
import { ruleOf, ruleTitle } from '../rules.ts';
import { verdict } from './pretty.ts';
import { markdown as plain } from './text.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const line = (checked: Checked): string => row([plain(titleOf(checked)), plain(checked.kind ?? ''), `${passed(checked) ? '✅' : '❌'} ${plain(verdict(checked))}`, ...figureNames.map((f) => (checked.figures === null ? '' : shownFigure(f, checked.figures[f])))]);

const finding = (d: Diagnostic): readonly string[] => [
  `- **${ruleTitle(d.rule)}**${ruleOf(d.rule).level === 'warning' ? ' (warning)' : ''} at ${plain(address(d))}${d.where.path === '' ? '' : ` (${plain(d.where.path)})`}`,
  ...anatomy(d).map((text) => `  ${plain(text.trim())}  `),
];

export const markdownPage = (result: Result): string => {
  const all = allDiagnostics(result);
  return [
    '## molt check', '', summary(result), '',
    row(['variant', 'adapter', '', ...figureNames.map((f) => figureOf(f).heading)]),
    row(['---', '---', '---', ...figureNames.map(() => '---:')]),
    ...result.variants.map(line), '',
    `Figures of batch ${result.batch}, equations ${result.costing === 'written' ? 'as written' : 'as planned'}.`,
    ...(all.length === 0 ? [] : ['', '### Findings', '', ...all.flatMap(finding)]),
  ].join('\n');
};
