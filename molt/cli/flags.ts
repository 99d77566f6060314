/**
 * Flags: the command line of one command as a typed value; every mistake is told at once.
 * idea:  a flag is how its text is read and what its absence means, so a table of flags has a type of values.
 * not:   abbreviations of flags.
 * This file is a trust boundary: values are gathered key by key, which TypeScript can't follow.
 */
import { parseArgs } from 'node:util';
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';

export interface Flag<A> {
  readonly about: string;
  /** what stands for the value in the help; null: a switch, which has none */
  readonly placeholder: string | null;
  /** the value, or what was needed */
  readonly read: (text: string) => Either<string, A>;
  /** the value when the flag is not given; without it the flag must be given */
  readonly absent?: { readonly value: A };
  /** may be given several times: each reads to a list, and the lists are joined */
  readonly several?: true;
}
export type FlagTable = { readonly [name: string]: Flag<unknown> };
export type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Flag<infer A> ? A : never };

export interface Given<F> {
  readonly flags: ValuesOf<F>;
  readonly operands: readonly string[];
}

const nonEmpty = (text: string): Either<string, string> => (text === '' ? left('a text that is not empty') : right(text));

/** A text that must be given. */
export const text = (placeholder: string, about: string): Flag<string> => ({ about, placeholder, read: nonEmpty });

/** Off unless given. */
export const toggle = (about: string): Flag<boolean> => ({ about, placeholder: null, read: () => right(true), absent: { value: false } });

/** An integer from `least` on. */
export const integer = (placeholder: string, about: string, least = 0): Flag<number> => ({
  about,
  placeholder,
  read: (given) => (/^\d{1,15}$/.test(given) && Number(given) >= least ? right(Number(given)) : left(`an integer of at least ${least}`)),
});

/** A decimal number of at least 0: `0.02`, `5e-4`. */
export const decimal = (placeholder: string, about: string): Flag<number> => ({
  about,
  placeholder,
  read: (given) => (/^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(given) && Number.isFinite(Number(given)) ? right(Number(given)) : left('a decimal number of at least 0, such as 0.02 or 5e-4')),
});

/** One of a few words. */
export const choice = <const A extends string>(values: readonly A[], about: string): Flag<A> => ({
  about,
  placeholder: values.join('|'),
  read: (given) => {
    const found = values.find((v) => v === given);
    return found === undefined ? left(`one of ${values.join(', ')}${didYouMean(given, values)}`) : right(found);
  },
});

/** The same flag, which may be left out. */
export const orElse = <A, const B>(flag: Flag<A>, value: B): Flag<A | B> => ({ ...flag, absent: { value } });

/** The same flag, which may be given several times, or not at all: its values in their order. */
export const repeated = <A>(flag: Flag<A>): Flag<readonly A[]> => ({
  about: flag.about, placeholder: flag.placeholder, several: true, absent: { value: [] },
  read: (given) => map((value: A): readonly A[] => [value])(flag.read(given)),
});

/** `--variant V.json` */
export const shown = (name: string, flag: Flag<unknown>): string => `--${name}${flag.placeholder === null ? '' : ` ${flag.placeholder}`}`;

interface Token {
  readonly name: string;
  readonly raw: string;
  readonly value: string | undefined;
}

/** What stands on the line, by the rules of node:util: `--name value`, `--name=value`, `--` before operands. */
const tokensOf = (table: FlagTable, argv: readonly string[]): { readonly flags: readonly Token[]; readonly operands: readonly string[] } => {
  const options = Object.fromEntries(Object.entries(table).map(([name, flag]) => [name, { type: flag.placeholder === null ? ('boolean' as const) : ('string' as const) }]));
  const { tokens, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  return { flags: tokens.flatMap((t) => (t.kind === 'option' ? [{ name: t.name, raw: t.rawName, value: t.value === undefined ? undefined : String(t.value) }] : [])), operands: positionals };
};

const complaintsAbout = (table: FlagTable, tokens: readonly Token[], command: string): readonly string[] => {
  const names = Object.keys(table).map((name) => `--${name}`);
  const unknown = tokens.filter((t) => !Object.hasOwn(table, t.name)).map((t) => `${t.raw} is not a flag of ${command}${didYouMean(t.raw, names)}`);
  const twice = tokens.filter((t, i) => Object.hasOwn(table, t.name) && table[t.name]?.several !== true && tokens.findIndex((u) => u.name === t.name) < i).map((t) => `${t.raw} is given twice`);
  return [...unknown, ...twice];
};

/** A value, or what to say about it. */
const valueOf = (name: string, flag: Flag<unknown>, token: Token | undefined): Either<string, unknown> => {
  if (token === undefined) return flag.absent === undefined ? left(`${shown(name, flag)} is missing: ${flag.about}`) : right(flag.absent.value);
  if (flag.placeholder === null) return token.value === undefined ? right(true) : left(`--${name} takes no value`);
  if (token.value === undefined || token.value.startsWith('--')) return left(`--${name} lacks its value ${flag.placeholder}`);
  const value = flag.read(token.value);
  return isLeft(value) ? left(`--${name} ${token.value}: needed ${value.left}`) : value;
};

/** The joined values of a flag that may be given several times, or what to say about the first that is wrong. */
const valuesOf = (name: string, flag: Flag<unknown>, tokens: readonly Token[]): Either<string, unknown> => {
  const values = (tokens.length === 0 ? [undefined] : tokens).map((token) => valueOf(name, flag, token));
  return values.find(isLeft) ?? right(values.flatMap((value) => (isLeft(value) ? [] : value.right)));
};

/**
 * The values of a table of flags, and the operands, from a command line. `command` is as typed, `usage` what the fault asks for.
 * errors: Usage, with every mistake of the line
 */
export const parseFlags = <F extends FlagTable>(command: string, usage: string, table: F, argv: readonly string[]): Either<Fault, Given<F>> => {
  const { flags, operands } = tokensOf(table, argv);
  const values = Object.entries(table).map(([name, flag]) => ({ name, value: flag.several === true ? valuesOf(name, flag, flags.filter((t) => t.name === name)) : valueOf(name, flag, flags.find((t) => t.name === name)) }));
  const complaints = [...complaintsAbout(table, flags, command), ...values.flatMap(({ value }) => (isLeft(value) ? [value.left] : []))];
  if (complaints.length > 0) return left(fault('Usage', command, complaints, usage, `${command} --help`));
  const found = Object.fromEntries(values.map(({ name, value }) => [name, isLeft(value) ? undefined : value.right]));
  return right({ flags: found as ValuesOf<F>, operands });
};
