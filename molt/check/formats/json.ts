/**
 * JSON: the whole result for programs; what stands in it changes only with `schemaVersion`.
 */
import { anatomy, type Diagnostic } from '../diagnostic.ts';
import { exitCodeOf, passed, type Result, tallyOf } from '../result.ts';
import { ruleOf } from '../rules.ts';

const finding = (d: Diagnostic): unknown => ({
  rule: d.rule, name: ruleOf(d.rule).name, level: ruleOf(d.rule).level, ...d.where, given: d.given, needed: d.needed, try: d.try ?? null, hint: ruleOf(d.rule).hint, text: anatomy(d).join('\n'),
});

export const json = (result: Result): string => {
  const { version, costing, batch, variants } = result;
  return JSON.stringify({
    schemaVersion: 1, molt: version, costing, batch, exitCode: exitCodeOf(result), tally: tallyOf(result),
    variants: variants.map((one) => ({
      file: one.file, name: one.name, adapter: one.kind, passed: passed(one), figures: one.figures,
      checks: one.outcomes.map(({ check, status, note, diagnostics }) => ({ check, status, note, diagnostics: diagnostics.map(finding) })),
    })),
  }, null, 2);
};
