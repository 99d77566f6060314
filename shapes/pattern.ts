/**
 * Patterns: the small language of einsum, rearrange, reduce, repeat and broadcasting, parsed in types and at run time.
 *
 *   pattern ::= terms ("," terms)* "->" terms        zip patterns: terms "," terms
 *   terms   ::= term*                                 separated by spaces
 *   term    ::= axis | "1" | "..." | "(" axis+ ")"    at most one "..." among the terms
 *   axis    ::= a word that does not start with a digit and has none of ( ) . , - >
 *
 * idea:  both parsers follow the same rules in the same order, and say the same words when a rule is broken.
 * laws:  proofs and tests compare them on random patterns
 * not:   what a pattern means (einsum.ts, layout.ts, broadcast.ts).
 * source: the notation is that of einops, Rogozhnikov 2022, https://einops.rocks
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';

/** An axis, '1', '...', or a group of axes. */
export type Term = string | string[];

type Token<W extends string, Acc extends string[]> =
  W extends '' ? Acc : W extends `(${infer R}` ? Token<R, [...Acc, '(']> : W extends `${infer R})` ? [...Token<R, Acc>, ')'] : [...Acc, W];
type Tokens<S extends string, Acc extends string[] = []> = S extends `${infer H} ${infer T}` ? Tokens<T, Token<H, Acc>> : Token<S, Acc>;

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type Mark = '(' | ')' | '.' | ',' | '-' | '>';
type NotAnAxis = `${Digit}${string}` | `${string}${Mark}${string}`;

/** Tokens to terms, or the error; G is the group being read. */
type Group<Ts extends string[], Acc extends Term[] = [], G extends string[] | null = null> =
  Ts extends [infer H extends string, ...infer T extends string[]]
    ? G extends string[]
      ? H extends ')' ? (G extends [] ? 'pattern error: a group is empty' : Group<T, [...Acc, G]>)
        : H extends NotAnAxis ? `pattern error: '${H}' inside a group` : Group<T, Acc, [...G, H]>
      : H extends '(' ? Group<T, Acc, []>
        : H extends '...' ? ('...' extends Acc[number] ? `pattern error: '...' twice` : Group<T, [...Acc, H]>)
          : H extends '1' ? Group<T, [...Acc, H]>
            : H extends NotAnAxis ? `pattern error: '${H}' is not an axis` : Group<T, [...Acc, H]>
    : G extends null ? Acc : `pattern error: '(' is not closed`;

/** The terms of one side, or an error text. */
export type Terms<S extends string> = Group<Tokens<S>>;
/** The terms of each operand, split at commas; an operand that does not parse is an error text. */
export type Operands<S extends string, Acc extends (Term[] | string)[] = []> =
  S extends `${infer H},${infer T}` ? Operands<T, [...Acc, Terms<H>]> : [...Acc, Terms<S>];

/** The axes of the terms in order, groups opened, without '1' and '...'. */
export type Letters<Ts, Acc extends string[] = []> =
  Ts extends [infer H, ...infer T] ? Letters<T, H extends string[] ? [...Acc, ...H] : H extends '...' | '1' ? Acc : H extends string ? [...Acc, H] : Acc> : Acc;
/** The axes inside groups. */
export type GroupedLetters<Ts, Acc extends string[] = []> = Ts extends [infer H, ...infer T] ? GroupedLetters<T, H extends string[] ? [...Acc, ...H] : Acc> : Acc;
/** The first of these axes that is not in the set; never if there is none. */
export type FirstOutside<Ls, Set> = Ls extends [infer H extends string, ...infer T] ? (H extends Set ? FirstOutside<T, Set> : H) : never;
/** The first axis that occurs a second time; never if there is none. */
export type FirstRepeat<Ls, Seen = never> = Ls extends [infer H extends string, ...infer T] ? (H extends Seen ? H : FirstRepeat<T, Seen | H>) : never;
/** The axes without repetitions. */
export type Unique<Ls, Acc extends string[] = []> = Ls extends [infer H extends string, ...infer T] ? Unique<T, H extends Acc[number] ? Acc : [...Acc, H]> : Acc;
export type NoArrow = `pattern error: no '->'`;

export type RuntimeTerm = string | readonly string[];
export type RuntimeTerms = readonly RuntimeTerm[];

const token = (word: string): readonly string[] =>
  word === '' ? [] : word.startsWith('(') ? ['(', ...token(word.slice(1))] : word.endsWith(')') ? [...token(word.slice(0, -1)), ')'] : [word];
const notAnAxis = (word: string): boolean => /^[0-9]|[().,>-]/.test(word);

/** Run-time twin of `Terms`; Left is the error text. */
export const terms = (text: string): Either<string, RuntimeTerms> => {
  const done: RuntimeTerm[] = [];
  let group: string[] | undefined;
  for (const word of text.split(' ').flatMap(token)) {
    if (group !== undefined) {
      if (word === ')') {
        if (group.length === 0) return left('pattern error: a group is empty');
        done.push(group);
        group = undefined;
      } else if (notAnAxis(word)) return left(`pattern error: '${word}' inside a group`);
      else group.push(word);
    } else if (word === '(') group = [];
    else if (word === '...' && done.includes('...')) return left(`pattern error: '...' twice`);
    else if (word !== '...' && word !== '1' && notAnAxis(word)) return left(`pattern error: '${word}' is not an axis`);
    else done.push(word);
  }
  return group === undefined ? right(done) : left(`pattern error: '(' is not closed`);
};

/** Run-time twin of `Operands`. */
export const operands = (text: string): readonly Either<string, RuntimeTerms>[] => text.split(',').map(terms);

/** The two sides of the first '->'. */
export const sides = (pattern: string): Either<string, readonly [string, string]> => {
  const at = pattern.indexOf('->');
  return at < 0 ? left(`pattern error: no '->'`) : right([pattern.slice(0, at), pattern.slice(at + 2)]);
};

export const letters = (ts: RuntimeTerms): readonly string[] => ts.flatMap((t) => (typeof t === 'string' ? (t === '...' || t === '1' ? [] : [t]) : t));
export const groupedLetters = (ts: RuntimeTerms): readonly string[] => ts.flatMap((t) => (typeof t === 'string' ? [] : t));
export const firstOutside = (ls: readonly string[], set: readonly string[]): string | undefined => ls.find((l) => !set.includes(l));
export const firstRepeat = (ls: readonly string[]): string | undefined => ls.find((l, i) => ls.indexOf(l) < i);
export const unique = (ls: readonly string[]): readonly string[] => [...new Set(ls)];
/** Terms as they were written. */
export const printTerms = (ts: RuntimeTerms): string => ts.map((t) => (typeof t === 'string' ? t : `(${t.join(' ')})`)).join(' ');
