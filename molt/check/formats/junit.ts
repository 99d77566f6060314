/**
 * JUnit: one suite per variant, one case per check. What is wrong with the file or with us is an error, a failed check a failure.
 * laws:  test/molt/check/formats.test.ts, published.test.ts: valid by Jenkins' schemas
 * source: the form that Jenkins reads: its jenkins-junit.xsd (junit-4), and junit-10.xsd of jenkinsci/xunit-plugin
 */
import { address, anatomy, sentence } from '../diagnostic.ts';
import { type Checked, type Outcome, type Result, titleOf } from '../result.ts';
import { ruleOf, ruleTitle } from '../rules.ts';
import { xml } from './text.ts';

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

const verdictOf = ({ status, diagnostics }: Outcome): Verdict => {
  const exits = diagnostics.map(({ rule }) => ruleOf(rule).exit);
  return exits.some((exit) => exit > 1) ? 'error' : exits.includes(1) ? 'failure' : status === 'skipped' ? 'skipped' : 'passed';
};

const attributes = (pairs: { readonly [name: string]: string | number }): string => Object.entries(pairs).map(([name, value]) => ` ${name}="${xml(String(value))}"`).join('');

const inside = (outcome: Outcome): readonly string[] => {
  const verdict = verdictOf(outcome);
  const texts = outcome.diagnostics.map((d) => [`${ruleTitle(d.rule)}: ${address(d)}`, ...anatomy(d).map((line) => `  ${line}`)].join('\n')).join('\n');
  const [first] = outcome.diagnostics;
  if (verdict === 'skipped') return [`      <skipped>${xml(outcome.note)}</skipped>`];
  if (first === undefined) return [`      <system-out>${xml(outcome.note)}</system-out>`];
  if (verdict === 'passed') return [`      <system-out>${xml(texts).replaceAll('&#10;', '\n')}</system-out>`];
  return [`      <${verdict}${attributes({ message: sentence(first), type: ruleTitle(first.rule) })}>${xml(texts).replaceAll('&#10;', '\n')}</${verdict}>`];
};

const suite = (checked: Checked, id: number): readonly string[] => {
  const count = (wanted: Verdict): number => checked.outcomes.filter((o) => verdictOf(o) === wanted).length;
  return [
    `  <testsuite${attributes({ name: titleOf(checked), id, package: checked.file, tests: checked.outcomes.length, failures: count('failure'), errors: count('error'), skipped: count('skipped'), time: 0 })}>`,
    ...checked.outcomes.flatMap((outcome) => [`    <testcase${attributes({ name: outcome.check, classname: checked.file, time: 0 })}>`, ...inside(outcome), '    </testcase>']),
    '  </testsuite>',
  ];
};

export const junit = ({ variants }: Result): string => {
  const all = variants.flatMap(({ outcomes }) => outcomes);
  const count = (wanted: Verdict): number => all.filter((o) => verdictOf(o) === wanted).length;
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${attributes({ name: 'molt check', tests: all.length, failures: count('failure'), errors: count('error'), time: 0 })}>`, ...variants.flatMap(suite), '</testsuites>'].join('\n');
};
