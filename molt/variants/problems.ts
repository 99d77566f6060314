/**
 * Problems: what io-ts found wrong with a file, as one fault on one screen.
 * idea:  each problem is a place, what stood there and what was needed; a single one gets the whole screen, several a line each.
 */
import type { ContextEntry, Errors, ValidationError } from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewLines } from '../../shapes/few.ts';
import { described, messageParts, unknownKey } from './combinators.ts';

/** Lines of problems that are shown; a screen has 24 lines. */
const shownProblems = 16;

const path = (context: readonly ContextEntry[]): string =>
  context.slice(1).reduce((p, { key }) => (key.startsWith('[') || p === '' ? `${p}${key}` : `${p}.${key}`), '');

const shorten = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 57)}…`);

/** A value as in the file, in at most 60 letters. */
const show = (u: unknown): string => (u === undefined ? 'nothing' : shorten(JSON.stringify(u) ?? String(u)));

/** One thing that is wrong with a file. */
export interface Problem {
  /** `features.visual[0].channels`; '' for the file as a whole */
  readonly at: string;
  /** the same, key by key; a place in a list is `[0]` */
  readonly keys: readonly string[];
  /** fine by itself, but it does not fit the rest of the file */
  readonly between: boolean;
  readonly kind: 'unknown' | 'missing' | 'value';
  readonly given: string;
  readonly needed: string;
  /** the known name that was probably meant */
  readonly near: string | undefined;
}

const problemOf = (e: ValidationError): Problem => {
  const type = e.context.at(-1)?.type;
  return {
    at: path(e.context),
    keys: e.context.slice(1).map(({ key }) => key),
    between: type === described,
    kind: type === unknownKey ? 'unknown' : e.value === undefined ? 'missing' : 'value',
    given: type === described && typeof e.value === 'string' ? e.value : show(e.value),
    ...messageParts(e.message ?? type?.name ?? 'another value'),
  };
};

/** What io-ts found, problem by problem, in the order of the file's keys as the codec has them. */
export const problemsOf = (errors: Errors): readonly Problem[] => errors.map(problemOf);

const didYouMean = (p: Problem): string | undefined => (p.near === undefined ? undefined : `did you mean '${p.near}'?`);

/** How each kind is told: what was given, and the line that stands for the whole problem among others. */
const phrases = {
  unknown: { given: (p) => `the key ${p.at}, which is not known`, line: (p) => `no such key; ${didYouMean(p) ?? `needed ${p.needed}`}` },
  missing: { given: () => 'nothing: the key is missing', line: (p) => `missing, needed ${p.needed}` },
  value: { given: (p) => p.given, line: (p) => [`${p.given}, needed ${p.needed}`, didYouMean(p)].flatMap((s) => s ?? []).join('; ') },
} as const satisfies { readonly [K in Problem['kind']]: { readonly given: (p: Problem) => string; readonly line: (p: Problem) => string } };

/**
 * All problems of a file as a fault.
 * errors: Name if every problem is a misspelt or missing key, Decode otherwise
 */
export const problemsFault = (source: string, what: string, errors: Errors): Fault => {
  const problems = problemsOf(errors);
  const tag = problems.every((p) => p.kind !== 'value') ? 'Name' : 'Decode';
  const [only] = problems;
  if (only !== undefined && problems.length === 1) return fault(tag, only.at === '' ? source : `${source} at ${only.at}`, [phrases[only.kind].given(only)], only.needed, didYouMean(only));
  const lines = problems.map((p) => `${p.at === '' ? 'the file' : p.at}: ${phrases[p.kind].line(p)}`);
  return fault(tag, source, fewLines(lines, shownProblems), `${what} without these ${problems.length} problems`);
};
