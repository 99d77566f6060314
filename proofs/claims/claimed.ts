/**
 * Claimed: what a claim is to the command that runs it: plain data in and out.
 * idea:  nothing is imported here but types, so that the command line starts without the laws.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/index.ts';
import type { RunOptions } from '../run.ts';

/** What one law said. */
export interface Finding {
  readonly law: string;
  readonly statement: string;
  /** `weak`: it held, and so would it have for what it should tell apart, at these sizes */
  readonly outcome: 'passed' | 'weak' | 'failed';
  /** samples */
  readonly runs: number;
  /** wrong versions of the block that the law did not tell from it */
  readonly survivors: readonly string[];
  readonly counterexample?: { readonly because: string; readonly sample: string; readonly seed: number; readonly path: string; readonly shrinks: number };
}
export interface Skipped {
  readonly law: string;
  readonly reason: string;
}
export interface Proof {
  readonly findings: readonly Finding[];
  /** laws that were not tried, and why */
  readonly skipped: readonly Skipped[];
}
export interface ProveOptions extends RunOptions {
  /** this law only */
  readonly law?: string;
}
/** A block with its claims. errors of `prove`: Usage for a claim that says what the shapes do not have; Shape where nothing can be built */
export interface Claimed {
  readonly kind: 'molt.claim';
  readonly prove: (options: ProveOptions) => TaskEither<Fault, Proof>;
}

/** Is it a claim, of whatever copy of this package? */
export const isClaimed = (x: unknown): x is Claimed => typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'molt.claim' && 'prove' in x && typeof x.prove === 'function';
