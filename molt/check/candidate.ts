/**
 * Candidate: what is checked, whatever kind of file it came from: a variant or a module's block; and what checks need of others.
 * idea:  checks ask for graphs, laws and trainings, and do not know what stands behind them.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import type { System } from '../variants/system.ts';
import type { Budgets, Variant } from '../variants/variant.ts';
import type { Diagnostic, Where } from './diagnostic.ts';
import type { Costing } from './figures.ts';
import type { LawRule } from './rules.ts';

/** A law that does not hold at a small size. */
export interface BrokenLaw {
  readonly rule: LawRule;
  readonly id: string;
  readonly statement: string;
  /** a line each: why it does not hold, on which sample */
  readonly counter: readonly string[];
  /** seed and path, or a command */
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

/** Why something cannot be built; `at`: where it was raised, if that is known. */
export interface Refusal {
  readonly fault: Fault;
  readonly at?: Where;
}

/** A Left of tag Unsupported from laws or smoke means that there is nothing to run: the check is skipped. */
export interface Candidate {
  readonly name: string;
  /** of the adapter; `block` for a module's */
  readonly kind: string;
  readonly budgets: Budgets;
  /** the keys of its name, or of what has no other */
  readonly named: readonly string[];
  /** the keys of what a fault is about */
  readonly about: (found: Fault) => readonly string[];
  readonly system: (batch: number) => Either<Refusal, System>;
  readonly laws: TaskEither<Fault, LawsRun>;
  readonly smoke: (steps: number) => TaskEither<Fault, SmokeRun>;
}

export interface Source {
  /** as it is shown */
  readonly file: string;
  readonly text: string;
}

/** What checks need of others. */
export interface Ports {
  readonly laws: (variant: Variant) => TaskEither<Fault, LawsRun>;
  readonly smoke: (variant: Variant, steps: number) => TaskEither<Fault, SmokeRun>;
  /** the block that a module exports, or what is wrong with the module */
  readonly module: (source: Source) => TaskEither<readonly Diagnostic[], Candidate>;
}

export interface Options {
  readonly costing: Costing;
  /** samples of the batch that is costed */
  readonly batch: number;
  readonly laws: boolean;
  /** steps of the smoke training; 0: none */
  readonly smoke: number;
}
