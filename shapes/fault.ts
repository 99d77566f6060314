/**
 * Fault: the one error of molt, a tagged value with one anatomy and one printer.
 * idea:  where it happened, what was given, what was needed, what to try; every tag has one exit code.
 * not:   a class hierarchy. Inside the library a fault travels in an Either; `raise` is for defects at a typed call site,
 *        where a compile error was possible and the types were bypassed.
 */

/** What kind of thing went wrong; the tag decides the exit code. */
export type FaultTag =
  | 'Shape' // sizes that do not fit
  | 'Name' // a missing, surplus or misspelt name (weights, inputs, variant keys, flags)
  | 'Decode' // outside data that is not what it should be (JSON, dtype, labels)
  | 'Corrupt' // a damaged file
  | 'NotFinite' // NaN or infinity where numbers are needed
  | 'Unsupported' // a kernel or feature that this backend lacks, known before running
  | 'Memory' // would overrun the device's memory, known before running
  | 'Storage' // the disk said no (full, read-only, permission)
  | 'Network' // a server said no, or none answered
  | 'Law' // a law that does not hold
  | 'Usage' // a wrong command line
  | 'Interrupted' // Ctrl-C after a checkpoint
  | 'Defect'; // a bug of ours

export interface Fault {
  readonly _tag: FaultTag;
  /** block path, operation, file or flag: `einsum 'b n d, d e -> b n e' at tfm.visual` */
  readonly where: string;
  /** what was given, a line each, shapes with axis names */
  readonly given: readonly string[];
  /** what was needed, in one sentence */
  readonly needed: string;
  /** what to try */
  readonly hint?: string;
}

/** 0 ok, 1 a check failed, 2 usage or bad input, 3 internal or environment, 130 interrupted. */
export const exitCodes = {
  Shape: 2, Name: 2, Decode: 2, Corrupt: 2, NotFinite: 2, Usage: 2,
  Unsupported: 3, Memory: 3, Storage: 3, Network: 3, Defect: 3,
  Law: 1, Interrupted: 130,
} as const satisfies { readonly [T in FaultTag]: number };

const titles = {
  Shape: 'shapes do not fit', Name: 'name mismatch', Decode: 'cannot be decoded', Corrupt: 'damaged file', NotFinite: 'not a finite number',
  Usage: 'wrong usage', Unsupported: 'not supported', Memory: 'not enough memory', Storage: 'cannot be stored', Network: 'cannot be fetched', Defect: 'internal defect',
  Law: 'law broken', Interrupted: 'interrupted',
} as const satisfies { readonly [T in FaultTag]: string };

export const fault = (_tag: FaultTag, where: string, given: readonly string[], needed: string, hint?: string): Fault =>
  hint === undefined ? { _tag, where, given, needed } : { _tag, where, given, needed, hint };

/** One screen of text: title and place, then given, needed and try, each on its own line. */
export const printFault = (f: Fault): string =>
  [
    `${titles[f._tag]}: ${f.where}`,
    ...f.given.map((line, i) => `${i === 0 ? '  given:  ' : '          '}${line}`),
    `  needed: ${f.needed}`,
    ...(f.hint === undefined ? [] : [`  try:    ${f.hint}`]),
  ].join('\n');

/** A fault as an exception: for defects at typed call sites, and for host APIs that can only throw. Its cause is the same one, where it was raised. */
export class MoltError extends Error {
  override readonly name = 'MoltError';
  constructor(readonly fault: Fault, options?: { readonly cause: MoltError }) {
    super(printFault(fault), options);
  }
}

export const raise = (f: Fault): never => {
  throw new MoltError(f);
};

/** Whatever was thrown, as a fault. */
export const faultOf = (where: string, thrown: unknown): Fault =>
  thrown instanceof MoltError ? thrown.fault : fault('Defect', where, [thrown instanceof Error ? thrown.message : String(thrown)], 'no exception', 'please report this');
