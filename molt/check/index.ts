/**
 * Check: what is wrong with variant files, what they cost, and whether that is within budgets and as recorded.
 * not:   files, threads, caches and git, which the command line brings (molt/cli/check).
 */
export type { BrokenLaw, Candidate, LawsRun, Options, Ports, Refusal, SmokeRun, Source } from './candidate.ts';
export { checkSource, unreadable } from './checks.ts';
export { problemFinding } from './decode.ts';
export { address, anatomy, type Diagnostic, diagnostic, type Place, sentence, type Where } from './diagnostic.ts';
export { change, type Costing, type FigureName, figureNames, figureOf, type Figures, figuresOf, grouped, shownFigure } from './figures.ts';
export { type FormatName, formatNames, formats } from './formats/index.ts';
export { type Change, decodeLock, difference, encodeLock, type Lock, type Locked, lockName, lockOutcome, updatedLock } from './lock.ts';
export { isModuleFile, modulePlaces } from './module-text.ts';
export { jsonPlaces, type Places, placesOfModule } from './places.ts';
export { keySpan, type Placed, pointerOf, scan, type Scanned, type ScanProblem, type Span, valueSpan } from './position.ts';
export { allDiagnostics, type Checked, type CheckName, checkNames, diagnosticsOf, exitCodeOf, type Outcome, passed, type Result, summary, type Tally, tallyOf } from './result.ts';
export { type BudgetRule, type LawRule, type Level, type RuleId, ruleIds, ruleOf, rules, ruleTitle } from './rules.ts';
