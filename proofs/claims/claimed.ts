/**
 * Claimed: what a claim is to the command that runs it: plain data in and out.
 * idea:  nothing is imported here but types, so that the command line starts without the laws.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Declared, Node, Value } from '../../dsl/index.ts';
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
  /** default true: each law is also tried on wrong versions of the block */
  readonly mutants?: boolean;
}

/** A block at real sizes, as graphs: what is costed and trained. Nodes are plain data, the same to every copy of this package. */
export interface Costed {
  /** samples: 1 where the claim has no batch */
  readonly batch: number;
  readonly outputs: readonly Node[];
  /** Σ mean(output²) over outputs of numbers, a scalar */
  readonly loss: Node;
  /** of the loss, by every trainable weight in their order */
  readonly gradients: readonly Node[];
  readonly declared: readonly Declared[];
  /** numbers for every input, from a seed */
  readonly inputs: (seed: number) => ReadonlyMap<string, Value>;
}
/** Why a block cannot be built, and the stack of what was thrown, '' where nothing was. */
export interface Refused {
  readonly fault: Fault;
  readonly stack: string;
}

/** A block with its claims. */
export interface Claimed {
  readonly kind: 'molt.claim';
  /** errors: Usage for a claim that says what the shapes do not have; Shape where nothing can be built */
  readonly prove: (options: ProveOptions) => TaskEither<Fault, Proof>;
  /** of so many samples. errors: Usage where a size is missing, Shape where shapes do not fit or are not those claimed */
  readonly costed: (batch: number) => Either<Refused, Costed>;
}

/** Is it a claim, of whatever copy of this package? */
export const isClaimed = (x: unknown): x is Claimed => typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'molt.claim' && 'prove' in x && typeof x.prove === 'function' && 'costed' in x && typeof x.costed === 'function';
