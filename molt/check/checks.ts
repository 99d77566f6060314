/**
 * Checks: what is done with a variant file, one row after the other, each on what the rows before it made.
 * idea:  a total table from the name of a check to its function; a check whose food is missing is skipped, and says after which failure.
 *        Costs are those of the equations as written, found several times sooner than planned ones; where they go beyond a budget, the planned
 *        graph decides.
 * laws:  test/molt/check/formats.test.ts: each rule is found at its file, line and column
 * not:   files, threads, caches, the laws themselves: those are ports.
 */
import { type Either, isLeft, left } from 'fp-ts/lib/Either.js';
import { asPlanned, asWritten, check as checkGraph } from '../../dsl/index.ts';
import { fault, type Fault, faultOf, type FaultTag } from '../../shapes/fault.ts';
import { systemCost, type System } from '../variants/system.ts';
import type { Candidate, Options, Ports, Refusal, Source } from './candidate.ts';
import { opened, type Opened } from './decode.ts';
import { diagnostic, type Diagnostic, type Place, type Where } from './diagnostic.ts';
import { type Costing, type FigureName, figureNames, figureOf, type Figures, figuresOf, grouped } from './figures.ts';
import { type Checked, type CheckName, checkNames, type Outcome } from './result.ts';
import type { RuleId } from './rules.ts';

/** What the checks so far have made. */
interface State {
  readonly opened: Opened;
  readonly candidate?: Candidate;
  readonly system?: System;
  readonly figures?: Figures;
}
interface Step {
  readonly made?: Partial<State>;
  readonly note: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly skipped?: true;
}
type Check = (state: State, options: Options) => Step | Promise<Step>;

const decode: Check = async ({ opened: { decoded } }) => {
  const { note, diagnostics, candidate } = await decoded();
  return { note, diagnostics, ...(candidate === undefined ? {} : { made: { candidate } }) };
};

const faultRules = {
  Shape: 'MOLT001', Name: 'MOLT002', Decode: 'MOLT002', Corrupt: 'MOLT002', NotFinite: 'MOLT002', Usage: 'MOLT002', Unsupported: 'MOLT008',
  Memory: 'MOLT901', Storage: 'MOLT901', Network: 'MOLT901', Defect: 'MOLT901', Law: 'MOLT200', Interrupted: 'MOLT901',
} as const satisfies { readonly [T in FaultTag]: RuleId };

/** A fault of building, where it was raised, or at the part of the file that it speaks about. */
const faultFinding = ({ opened: { places }, candidate }: State, f: Fault, at?: Where): Diagnostic =>
  diagnostic(faultRules[f._tag], at ?? places.value(candidate?.about(f) ?? []), [f.where, ...f.given], f.needed, f.hint);

/** A finding about the whole. */
const mainPlace = ({ opened: { places }, candidate }: State): Where => places.value(candidate?.about(fault('Law', '', [], '')) ?? []);

/** What `work` gives, or what it threw. */
const caught = <E, A>(work: () => Either<E, A>, from: (thrown: unknown) => E): Either<E, A> => {
  try {
    return work();
  } catch (thrown) {
    return left(from(thrown));
  }
};

const build: Check = (state, { batch }) => {
  const { candidate } = state;
  if (candidate === undefined) return { note: 'no variant', skipped: true };
  const system = caught<Refusal, System>(() => candidate.system(batch), (thrown) => ({ fault: faultOf(candidate.name, thrown) }));
  if (isLeft(system)) return { note: 'cannot be built', diagnostics: [faultFinding(state, system.left.fault, system.left.at)] };
  return { note: `${grouped(system.right.declared.filter((d) => d.buffer !== true).length)} weights`, made: { system: system.right } };
};

const shapes: Check = (state) => {
  const { system } = state;
  if (system === undefined) return { note: 'nothing was built', skipped: true };
  const found = caught(() => checkGraph([...system.outputs, system.loss, ...system.gradients], system.table), (thrown) => faultOf('shapes', thrown));
  return isLeft(found) ? { note: 'a shape is wrong', diagnostics: [faultFinding(state, found.left)] } : { note: 'every shape follows from its rule' };
};

const planBy = { written: asWritten, planned: asPlanned } as const satisfies { readonly [C in Costing]: typeof asPlanned };

const cost: Check = (state, { costing, batch }) => {
  const { system } = state;
  if (system === undefined) return { note: 'nothing was built', skipped: true };
  return { note: `batch ${batch}, ${costing === 'written' ? 'as written' : 'as planned'}`, made: { figures: figuresOf(systemCost(system, planBy[costing])) } };
};

/** The figures that go beyond their budgets. */
const beyond = ({ budgets }: Candidate, figures: Figures): readonly { readonly name: FigureName; readonly limit: number; readonly found: number }[] =>
  figureNames.flatMap((name) => ((limit) => (limit !== undefined && figures[name] > limit ? [{ name, limit, found: figures[name] }] : []))(budgets[name]));

const budgets: Check = (state, { costing }) => {
  const { candidate, system, figures } = state;
  if (candidate === undefined || system === undefined || figures === undefined) return { note: 'nothing was costed', skipped: true };
  const limits = figureNames.filter((name) => candidate.budgets[name] !== undefined).length;
  if (limits === 0) return { note: 'no budgets', skipped: true };
  const unsure = costing === 'written' && beyond(candidate, figures).some(({ name }) => name !== 'trainableParameters' && name !== 'exportedBytes');
  const broken = beyond(candidate, unsure ? figuresOf(systemCost(system, asPlanned)) : figures);
  const found = broken.map(({ name, limit, found: n }) => diagnostic(figureOf(name).rule, state.opened.places.value(['budgets', name]), [`${grouped(n)} ${figureOf(name).about}`], `at most ${grouped(limit)} (${grouped(n - limit)} less)`));
  return { note: found.length === 0 ? `within ${limits} budget${limits === 1 ? '' : 's'}${unsure ? ', as planned' : ''}` : `beyond ${found.length} of ${limits} budget${limits === 1 ? '' : 's'}`, diagnostics: found };
};

const laws: Check = async (state, options) => {
  const { candidate, system } = state;
  if (!options.laws) return { note: 'left out', skipped: true };
  if (candidate === undefined || system === undefined) return { note: 'nothing was built', skipped: true };
  const run = await candidate.laws();
  if (isLeft(run)) return run.left._tag === 'Unsupported' ? { note: run.left.given.join('; '), skipped: true } : { note: 'the laws could not be tried', diagnostics: [faultFinding(state, run.left)] };
  const { held, broken } = run.right;
  return {
    note: broken.length === 0 ? `${held} laws hold at a small size` : `${broken.length} of ${held + broken.length} laws broken`,
    diagnostics: broken.map(({ rule, id, statement, counter, replay }) => diagnostic(rule, mainPlace(state), counter, `${id}: ${statement}`, `replay ${replay}`)),
  };
};

const smoke: Check = async (state, options) => {
  const { candidate, system } = state;
  if (options.smoke === 0) return { note: 'not asked for; --smoke N', skipped: true };
  if (candidate === undefined || system === undefined) return { note: 'nothing was built', skipped: true };
  const run = await candidate.smoke(options.smoke)();
  if (isLeft(run)) return run.left._tag === 'Unsupported' ? { note: run.left.given.join('; '), skipped: true } : { note: 'the training could not run', diagnostics: [faultFinding(state, run.left)] };
  const { first, last, steps } = run.right;
  const told = `loss ${first.toPrecision(4)} → ${last.toPrecision(4)} in ${steps} step${steps === 1 ? '' : 's'}`;
  return last < first ? { note: told } : { note: told, diagnostics: [diagnostic('MOLT301', mainPlace(state), [told], 'a lower loss')] };
};

/** Every check but `lock`, which compares with another file (lock.ts). */
const table = { decode, build, shapes, cost, budgets, laws, smoke } as const satisfies { readonly [C in Exclude<CheckName, 'lock'>]: Check };
const isTabled = (name: CheckName): name is keyof typeof table => name !== 'lock';

const outcomeOf = (check: CheckName, { note, skipped, diagnostics = [] }: Step): Outcome => ({ check, status: skipped === true ? 'skipped' : diagnostics.length > 0 ? 'failed' : 'passed', note, diagnostics });

/** A step, whatever is thrown on the way. */
const stepped = async (check: Check, state: State, options: Options): Promise<Step> => {
  try {
    return await check(state, options);
  } catch (thrown) {
    return { note: 'it broke', diagnostics: [faultFinding(state, faultOf(state.opened.places.value([]).file, thrown))] };
  }
};

/** Everything that can be said about one file by itself. Never rejects. */
export const checkSource = (options: Options, ports: Ports) => async (source: Source): Promise<Checked> => {
  let state: State = { opened: opened(source, ports) };
  const outcomes: Outcome[] = [];
  for (const name of checkNames.filter(isTabled)) {
    const step = await stepped(table[name], state, options);
    state = { ...state, ...step.made };
    outcomes.push(outcomeOf(name, step));
  }
  const { file, ...at } = state.opened.places.key(state.candidate?.named ?? ['name']);
  return { file, name: state.candidate?.name ?? null, kind: state.candidate?.kind ?? null, at, figures: state.figures ?? null, outcomes };
};

const start: Place = { path: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

/** A file that cannot be read. */
export const unreadable = (file: string, { given, needed, hint }: Fault): Checked => ({
  file, name: null, kind: null, at: start, figures: null,
  outcomes: checkNames.filter(isTabled).map((check) => outcomeOf(check, check === 'decode' ? { note: 'cannot be read', diagnostics: [diagnostic('MOLT007', { file, ...start }, given, needed, hint)] } : { note: 'no variant', skipped: true })),
});
