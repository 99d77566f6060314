/**
 * Emitter: terms become named operations and initialisers, in order.
 * idea:  a builder whose state lives as long as one graph is made. The same terms get the same names, whatever their numbers, so that
 *        graphs of two batch sizes can be laid side by side (`batch.ts`).
 * not:   sharing of equal constants (`share.ts`).
 */
import type { Initialiser, Operation } from './proto.ts';
import type { Apply, Tensor, Term } from './term.ts';

export interface Emitter {
  readonly operations: readonly Operation[];
  readonly initialisers: readonly Initialiser[];
  /**
   * The name of a term's value; a term used twice is one operation.
   * `label`: what its operations are called, before a colon and the name; `wanted`: the name of the outermost, if it is an operation
   */
  readonly value: (term: Term, label: string, wanted?: string) => string;
  /** Numbers under a name of their own. */
  readonly initialiser: (name: string, tensor: Tensor) => string;
}

/** Numbers as names, passing over what is taken. */
export const freshNames = (reserved: ReadonlySet<string>): (() => string) => {
  let last = 0;
  const fresh = (): string => {
    last += 1;
    return reserved.has(String(last)) ? fresh() : String(last);
  };
  return fresh;
};

/** `fresh` gives a name that is not taken. */
export const emitter = (fresh: () => string): Emitter => {
  const operations: Operation[] = [];
  const initialisers: Initialiser[] = [];
  const applied = new Map<Apply, string>();
  const initialiser = (name: string, tensor: Tensor): string => {
    initialisers.push({ name, tensor });
    return name;
  };
  const value = (term: Term, label: string, wanted?: string): string => {
    if (term.kind === 'value') return term.name;
    if (term.kind === 'tensor') return initialiser(fresh(), term.tensor);
    const known = applied.get(term);
    if (known !== undefined) return known;
    const inputs = term.inputs.map((t) => value(t, label));
    const name = wanted ?? fresh();
    applied.set(term, name);
    operations.push({ name: `${label}:${name}`, op: term.op, inputs, outputs: [...Array.from({ length: term.result }, fresh), name], attributes: term.attributes });
    return name;
  };
  return { operations, initialisers, value, initialiser };
};
