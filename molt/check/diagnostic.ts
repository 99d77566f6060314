/**
 * Diagnostic: one finding of a check: which rule, where, what was given, what was needed, what to try.
 * idea:  the anatomy of a fault (shapes/fault.ts) with an address in a file; how it is written is `formats/`.
 */
import type { Span } from './position.ts';
import { type RuleId, ruleOf } from './rules.ts';

/** A place in a file: in its JSON or among a module's exports, and where that stands. */
export interface Place extends Span {
  /** `adapter.width.visual`, '' for the file as a whole */
  readonly path: string;
}
/** An address: a place and its file. */
export interface Where extends Place {
  /** from the working folder, with forward slashes; absolute outside of it */
  readonly file: string;
}

export interface Diagnostic {
  readonly rule: RuleId;
  readonly where: Where;
  /** a line each */
  readonly given: readonly string[];
  readonly needed: string;
  /** for this finding; the rule's own hint stands in `rules.ts` */
  readonly try?: string;
}

export const diagnostic = (rule: RuleId, where: Where, given: readonly string[], needed: string, attempt?: string): Diagnostic =>
  attempt === undefined ? { rule, where, given, needed } : { rule, where, given, needed, try: attempt };

/** `features.visual[0].channels` */
export const pathText = (keys: readonly string[]): string => keys.reduce((path, key) => (key.startsWith('[') || path === '' ? path + key : `${path}.${key}`), '');

/** `variants/late.json:7:39` */
export const address = ({ where: { file, line, column } }: Diagnostic): string => `${file}:${line}:${column}`;

/** Everything but rule and address in one line. */
export const sentence = (d: Diagnostic): string =>
  [`${d.where.path === '' ? '' : `${d.where.path}: `}given ${d.given.map((line) => line.trim()).join('; ')}`, `needed ${d.needed}`, ...(d.try === undefined ? [] : [d.try])].join('; ');

/** The same as lines: given, needed, try, hint. */
export const anatomy = (d: Diagnostic): readonly string[] => [
  ...d.given.map((line, i) => `${i === 0 ? 'given:  ' : '        '}${line}`),
  `needed: ${d.needed}`,
  ...(d.try === undefined ? [] : [`try:    ${d.try}`]),
  `hint:   ${ruleOf(d.rule).hint}`,
];
