/**
 * Emitter: terms become named operations and initialisers, in order.
 * idea:  equal constants are one initialiser, a term used twice is one operation; the state lives as long as one file is made.
 */
import { elements } from '../expr.ts';
import type { Initialiser, Operation } from './proto.ts';
import { type Apply, bytesOfData, type Tensor, type Term } from './term.ts';

export interface Emitter {
  readonly operations: readonly Operation[];
  readonly initialisers: readonly Initialiser[];
  /**
   * The name of a term's value.
   * `label`: what its operations are called, before a colon and the name; `wanted`: the name of the outermost, if it is an operation
   */
  readonly value: (term: Term, label: string, wanted?: string) => string;
  /** Numbers under a name of their own. */
  readonly initialiser: (name: string, tensor: Tensor) => void;
}

/** Numbers up to this many elements are compared by content. */
const contentLimit = 4096;

/** `reserved`: names that are taken before anything is written. */
export const emitter = (reserved: ReadonlySet<string>): Emitter => {
  const operations: Operation[] = [];
  const initialisers: Initialiser[] = [];
  const constants = new Map<string, string>();
  const applied = new Map<Apply, string>();
  let last = 0;
  const fresh = (): string => {
    last += 1;
    return reserved.has(String(last)) ? fresh() : String(last);
  };
  const initialiser = (name: string, tensor: Tensor): void => {
    initialisers.push({ name, tensor });
  };
  const constant = (tensor: Tensor): string => {
    const small = elements(tensor.sizes) <= contentLimit;
    const key = `${tensor.type}|${tensor.sizes.join(',')}|${small ? bytesOfData(tensor.data).join(',') : ''}`;
    const known = small ? constants.get(key) : undefined;
    if (known !== undefined) return known;
    const name = fresh();
    if (small) constants.set(key, name);
    initialiser(name, tensor);
    return name;
  };
  const value = (term: Term, label: string, wanted?: string): string => {
    if (term.kind === 'value') return term.name;
    if (term.kind === 'tensor') return constant(term.tensor);
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
