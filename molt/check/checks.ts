/**
 * Checks: what is done with a variant file, one row after the other, each on what the rows before it made.
 * idea:  a total table from the name of a check to its function; a check whose food is missing is skipped, and says after which failure.
 *        Costs are those of the equations as written, found several times sooner than planned ones; where they go beyond a budget, the planned
 *        graph decides.
 * laws:  test/molt/check/formats.test.ts: each rule is found at its file, line and column
 * not:   files, threads, caches, the laws themselves: those are ports.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { asPlanned, asWritten, check as checkGraph } from '../../dsl/index.ts';
import { type Fault, faultOf, type FaultTag } from '../../shapes/fault.ts';
import { variantOrProblems } from '../variants/codec.ts';
import type { Problem } from '../variants/problems.ts';
import { systemOf, systemCost, type System } from '../variants/system.ts';
import type { Variant } from '../variants/variant.ts';
import { diagnostic, type Diagnostic, pathText, type Where } from './diagnostic.ts';
import { type Costing, type FigureName, figureNames, figureOf, type Figures, figuresOf, grouped } from './figures.ts';
import { keySpan, scan, type Scanned, type ScanProblem, valueSpan } from './position.ts';
import { type Checked, type CheckName, checkNames, type Outcome } from './result.ts';
import type { LawRule, RuleId } from './rules.ts';

/** A law that the variant breaks at a small size. */
export interface BrokenLaw {
  readonly rule: LawRule;
  readonly id: string;
  readonly statement: string;
  /** a line each: why it does not hold, on which sample */
  readonly counter: readonly string[];
  /** seed and path */
  readonly replay: string;
}
export interface LawsRun {
  readonly held: number;
  readonly broken: readonly BrokenLaw[];
}
/** Losses of a short training. */
export interface SmokeRun {
  readonly first: number;
  readonly last: number;
  readonly steps: number;
}

/** What checks need of others. A Left of tag Unsupported means that there is nothing to run: the check is skipped. */
export interface Ports {
  readonly laws: (variant: Variant) => TaskEither<Fault, LawsRun>;
  readonly smoke: (variant: Variant, steps: number) => TaskEither<Fault, SmokeRun>;
}

export interface Options {
  readonly costing: Costing;
  /** samples of the batch that is costed */
  readonly batch: number;
  readonly laws: boolean;
  /** steps of the smoke training; 0: none */
  readonly smoke: number;
}

export interface Source {
  /** as it is shown */
  readonly file: string;
  readonly text: string;
}

/** What the checks so far have made. */
interface State {
  readonly source: Source;
  readonly scanned: Scanned;
  readonly variant?: Variant;
  readonly system?: System;
  readonly figures?: Figures;
}
interface Step {
  readonly made?: Partial<State>;
  readonly note: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly skipped?: true;
}
type Check = (state: State, options: Options, ports: Ports) => Step | Promise<Step>;

/** The address of a key, or of the nearest thing around it. */
export const keyWhere = ({ source, scanned }: Pick<State, 'source' | 'scanned'>, keys: readonly string[]): Where => ({ file: source.file, path: pathText(keys), ...keySpan(scanned, pointerKeys(keys)) });
const valueWhere = ({ source, scanned }: State, keys: readonly string[]): Where => ({ file: source.file, path: pathText(keys), ...valueSpan(scanned, pointerKeys(keys)) });

/** `[0]` of a decoder's path is `0` of a pointer. */
const pointerKeys = (keys: readonly string[]): readonly string[] => keys.map((key) => /^\[(\d+)\]$/.exec(key)?.[1] ?? key);

const scanRules = { syntax: 'MOLT005', duplicate: 'MOLT006' } as const satisfies { readonly [K in ScanProblem['kind']]: RuleId };
const scanFinding = ({ source }: State) => ({ kind, pointer, span, given, needed }: ScanProblem): Diagnostic =>
  diagnostic(scanRules[kind], { file: source.file, path: pathText(pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))), ...span }, [given], needed);

const problemRules = { unknown: 'MOLT003', missing: 'MOLT004', value: 'MOLT002' } as const satisfies { readonly [K in Problem['kind']]: RuleId };
const problemFinding = (state: State) => ({ kind, keys, given, needed, near, between }: Problem): Diagnostic => {
  const rule = kind === 'value' && between ? 'MOLT001' : problemRules[kind];
  const words = { unknown: `the key '${keys.at(-1) ?? ''}'`, missing: `no key '${keys.at(-1) ?? ''}'`, value: given }[kind];
  return diagnostic(rule, kind === 'value' ? valueWhere(state, keys) : keyWhere(state, keys), [words], needed, near === undefined ? undefined : `did you mean '${near}'?`);
};

const decode: Check = (state) => {
  const { value, problems } = state.scanned;
  const found = problems.map(scanFinding(state));
  if (problems.some(({ kind }) => kind === 'syntax')) return { note: 'not JSON', diagnostics: found };
  const variant = variantOrProblems(value);
  const all = isLeft(variant) ? [...found, ...variant.left.map(problemFinding(state))] : found;
  return { note: all.length === 0 ? 'a variant' : `${all.length} problem${all.length === 1 ? '' : 's'}`, diagnostics: all, ...(isLeft(variant) ? {} : { made: { variant: variant.right } }) };
};

const faultRules = {
  Shape: 'MOLT001', Name: 'MOLT002', Decode: 'MOLT002', Corrupt: 'MOLT002', NotFinite: 'MOLT002', Usage: 'MOLT002', Unsupported: 'MOLT008',
  Memory: 'MOLT901', Storage: 'MOLT901', Network: 'MOLT901', Defect: 'MOLT901', Law: 'MOLT200', Interrupted: 'MOLT901',
} as const satisfies { readonly [T in FaultTag]: RuleId };

/** A fault of building, at the part of the file that it speaks about. */
const faultFinding = (state: State, f: Fault): Diagnostic =>
  diagnostic(faultRules[f._tag], valueWhere(state, f.where.startsWith('task') ? ['task', 'kind'] : ['adapter', 'kind']), [f.where, ...f.given], f.needed, f.hint);

/** What `work` gives, or the fault that it threw. */
const caught = <A>(where: string, work: () => Either<Fault, A>): Either<Fault, A> => {
  try {
    return work();
  } catch (thrown) {
    return { _tag: 'Left', left: faultOf(where, thrown) };
  }
};

const build: Check = (state, { batch }) => {
  const { variant } = state;
  if (variant === undefined) return { note: 'no variant', skipped: true };
  const system = caught(variant.name, () => systemOf(variant, batch));
  if (isLeft(system)) return { note: 'cannot be built', diagnostics: [faultFinding(state, system.left)] };
  return { note: `${grouped(system.right.declared.length)} weights`, made: { system: system.right } };
};

const shapes: Check = (state) => {
  const { system } = state;
  if (system === undefined) return { note: 'nothing was built', skipped: true };
  const found = caught('shapes', () => checkGraph([...system.outputs, system.loss, ...system.gradients]));
  return isLeft(found) ? { note: 'a shape is wrong', diagnostics: [faultFinding(state, found.left)] } : { note: 'every shape follows from its rule' };
};

const planBy = { written: asWritten, planned: asPlanned } as const satisfies { readonly [C in Costing]: typeof asPlanned };

const cost: Check = (state, { costing, batch }) => {
  const { system } = state;
  if (system === undefined) return { note: 'nothing was built', skipped: true };
  return { note: `batch ${batch}, ${costing === 'written' ? 'as written' : 'as planned'}`, made: { figures: figuresOf(systemCost(system, planBy[costing])) } };
};

/** The figures that go beyond their budgets. */
const beyond = ({ budgets }: Variant, figures: Figures): readonly { readonly name: FigureName; readonly limit: number; readonly found: number }[] =>
  figureNames.flatMap((name) => ((limit) => (limit !== undefined && figures[name] > limit ? [{ name, limit, found: figures[name] }] : []))(budgets[name]));

const budgets: Check = (state, { costing }) => {
  const { variant, system, figures } = state;
  if (variant === undefined || system === undefined || figures === undefined) return { note: 'nothing was costed', skipped: true };
  const limits = figureNames.filter((name) => variant.budgets[name] !== undefined).length;
  if (limits === 0) return { note: 'no budgets', skipped: true };
  const unsure = costing === 'written' && beyond(variant, figures).some(({ name }) => name !== 'trainableParameters' && name !== 'exportedBytes');
  const broken = beyond(variant, unsure ? figuresOf(systemCost(system, asPlanned)) : figures);
  const found = broken.map(({ name, limit, found: n }) => diagnostic(figureOf(name).rule, valueWhere(state, ['budgets', name]), [`${grouped(n)} ${figureOf(name).about}`], `at most ${grouped(limit)} (${grouped(n - limit)} less)`));
  return { note: found.length === 0 ? `within ${limits} budget${limits === 1 ? '' : 's'}${unsure ? ', as planned' : ''}` : `beyond ${found.length} of ${limits} budget${limits === 1 ? '' : 's'}`, diagnostics: found };
};

const laws: Check = async (state, options, ports) => {
  const { variant, system } = state;
  if (!options.laws) return { note: 'left out', skipped: true };
  if (variant === undefined || system === undefined) return { note: 'nothing was built', skipped: true };
  const run = await ports.laws(variant)();
  if (isLeft(run)) return run.left._tag === 'Unsupported' ? { note: run.left.given.join('; '), skipped: true } : { note: 'the laws could not be tried', diagnostics: [faultFinding(state, run.left)] };
  const { held, broken } = run.right;
  return {
    note: broken.length === 0 ? `${held} laws hold at a small size` : `${broken.length} of ${held + broken.length} laws broken`,
    diagnostics: broken.map(({ rule, id, statement, counter, replay }) => diagnostic(rule, valueWhere(state, ['adapter', 'kind']), counter, `${id}: ${statement}`, `replay ${replay}`)),
  };
};

const smoke: Check = async (state, options, ports) => {
  const { variant, system } = state;
  if (options.smoke === 0) return { note: 'not asked for; --smoke N', skipped: true };
  if (variant === undefined || system === undefined) return { note: 'nothing was built', skipped: true };
  const run = await ports.smoke(variant, options.smoke)();
  if (isLeft(run)) return run.left._tag === 'Unsupported' ? { note: run.left.given.join('; '), skipped: true } : { note: 'the training could not run', diagnostics: [faultFinding(state, run.left)] };
  const { first, last, steps } = run.right;
  const told = `loss ${first.toPrecision(4)} → ${last.toPrecision(4)} in ${steps} step${steps === 1 ? '' : 's'}`;
  return last < first ? { note: told } : { note: told, diagnostics: [diagnostic('MOLT301', valueWhere(state, ['adapter', 'kind']), [told], 'a lower loss')] };
};

/** Every check but `lock`, which compares with another file (lock.ts). */
const table = { decode, build, shapes, cost, budgets, laws, smoke } as const satisfies { readonly [C in Exclude<CheckName, 'lock'>]: Check };
const isTabled = (name: CheckName): name is keyof typeof table => name !== 'lock';

const outcomeOf = (check: CheckName, { note, skipped, diagnostics = [] }: Step): Outcome => ({ check, status: skipped === true ? 'skipped' : diagnostics.length > 0 ? 'failed' : 'passed', note, diagnostics });

/** A step, whatever is thrown on the way. */
const stepped = async (check: Check, state: State, options: Options, ports: Ports): Promise<Step> => {
  try {
    return await check(state, options, ports);
  } catch (thrown) {
    return { note: 'it broke', diagnostics: [faultFinding(state, faultOf(state.source.file, thrown))] };
  }
};

/** Everything that can be said about one file by itself. Never rejects. */
export const checkSource = (options: Options, ports: Ports) => async (source: Source): Promise<Checked> => {
  let state: State = { source, scanned: scan(source.text) };
  const outcomes: Outcome[] = [];
  for (const name of checkNames.filter(isTabled)) {
    const step = await stepped(table[name], state, options, ports);
    state = { ...state, ...step.made };
    outcomes.push(outcomeOf(name, step));
  }
  return { file: source.file, name: state.variant?.name ?? null, kind: state.variant?.adapter.kind ?? null, figures: state.figures ?? null, outcomes };
};

/** A file that cannot be read. */
export const unreadable = (file: string, { given, needed, hint }: Fault): Checked => ({
  file, name: null, kind: null, figures: null,
  outcomes: checkNames.filter(isTabled).map((check) => outcomeOf(check, check === 'decode' ? { note: 'cannot be read', diagnostics: [diagnostic('MOLT007', { file, path: '', line: 1, column: 1, endLine: 1, endColumn: 1 }, given, needed, hint)] } : { note: 'no variant', skipped: true })),
});

