/**
 * Command: one word of the command line: what it is for, its flags, and what it does.
 * idea:  the type of a command's flags stays inside it, so that commands of all kinds stand in one table.
 */
import { left, type Either } from 'fp-ts/lib/Either.js';
import { chain, fromEither, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { orElse, parseFlags, shown, toggle, type FlagTable, type Given } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Flags that every command has. */
const common = { quiet: toggle('print results and faults only'), help: toggle('show this help') };
type Common = typeof common;

export interface Command {
  readonly summary: string;
  /** operands as in the usage line: `[variant.json...]` */
  readonly operands: string;
  readonly flags: FlagTable;
  /** further lines of the help */
  readonly notes: readonly string[];
  /** the exit code, or a fault that decides it */
  readonly invoke: (argv: readonly string[], terminal: Terminal) => TaskEither<Fault, number>;
}

interface Spec<F extends FlagTable> {
  readonly name: string;
  readonly summary: string;
  readonly operands?: { readonly shown: string; readonly most: number };
  readonly notes?: readonly string[];
  readonly flags: F;
  readonly run: (given: Given<F & Common>, terminal: Terminal) => TaskEither<Fault, number>;
}

/** `molt run --variant V.json [--backend NAME]` */
export const usageOf = (name: string, operands: string, flags: FlagTable): string => {
  const parts = Object.entries(flags).filter(([flag]) => !Object.hasOwn(common, flag)).map(([flag, spec]) => (spec.absent === undefined ? shown(flag, spec) : `[${shown(flag, spec)}]${spec.several === true ? '...' : ''}`));
  return ['molt', name, operands, ...parts].filter((part) => part !== '').join(' ');
};

export const command = <F extends FlagTable>({ name, summary, operands = { shown: '', most: 0 }, notes = [], flags, run }: Spec<F>): Command => {
  const table: F & Common = { ...flags, ...common };
  const usage = usageOf(name, operands.shown, table);
  const few = (given: Given<F & Common>): Either<Fault, Given<F & Common>> =>
    given.operands.length <= operands.most ? { _tag: 'Right', right: given } : left(fault('Usage', `molt ${name}`, given.operands.slice(operands.most).map((o) => `surplus operand ${o}`), usage, `molt ${name} --help`));
  return {
    summary,
    operands: operands.shown,
    flags: table,
    notes,
    invoke: (argv, terminal) => pipe(fromEither(parseFlags(`molt ${name}`, usage, table, argv)), chain((given) => fromEither(few(given))), chain((given) => run(given, terminal))),
  };
};

/** Text flag that may be left out. */
export const optionalText = (placeholder: string, about: string): ReturnType<typeof orElse<string, undefined>> => orElse({ about, placeholder, read: (t) => ({ _tag: 'Right', right: t }) }, undefined);
