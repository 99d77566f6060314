/**
 * Combinators: small decoders over io-ts for files that people write by hand.
 * idea:  a record knows its keys, so a misspelt key is an error that names the nearest one, an absent key takes its default,
 *        and every problem of a file is found in one pass. The message of an io-ts error is what was needed there.
 * not:   encoders, or a reporter (`problems.ts`).
 * This file is a trust boundary: `record` builds an object key by key, which TypeScript can't follow.
 */
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { nearest } from '../../shapes/nearest.ts';

/** A part of a JSON Schema, draft 2020-12. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** From anything to A. */
export interface Decoder<A> extends t.Decoder<unknown, A> {
  /** what it accepts, as far as a schema can say; left out: anything */
  readonly schema?: JsonSchema;
}

/** A decoder by its rule; `name` is what it needs, in words. */
export const decoder = <A>(name: string, validate: t.Validate<unknown, A>, schema: JsonSchema = {}): Decoder<A> => {
  const self: Decoder<A> = { name, validate, decode: (u) => validate(u, [{ key: '', type: self, actual: u }]), schema };
  return self;
};
export const schemaOf = ({ schema = {} }: { readonly schema?: JsonSchema }): JsonSchema => schema;

/** What stands between what was needed and the nearest known name in an error's message. */
const separator = '; did you mean ';

/** `needed`, and the known name nearest to what was given, if one is near: the message of an error. */
export const suggesting = (needed: string, given: unknown, known: readonly (string | number)[]): string => {
  const near = typeof given === 'string' ? nearest(given, known.map(String)) : undefined;
  return near === undefined ? needed : `${needed}${separator}${near}`;
};

/** The two parts of a message made by `suggesting`. */
export const messageParts = (message: string): { readonly needed: string; readonly near: string | undefined } => {
  const [needed = '', near] = message.split(separator);
  return { needed, near };
};

const leaf = <A>(name: string, accepts: (u: unknown) => u is A, schema: JsonSchema, message: (u: unknown) => string = () => name): Decoder<A> =>
  decoder(name, (u, context) => (accepts(u) ? t.success(u) : t.failure(u, context, message(u))), schema);

export const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => typeof u === 'object' && u !== null && !Array.isArray(u);

const integers = (u: unknown): u is number => typeof u === 'number' && Number.isSafeInteger(u);
const numbers = (u: unknown): u is number => typeof u === 'number' && Number.isFinite(u);

/** An integer of at least 1. */
export const positive: Decoder<number> = leaf('a positive integer', (u): u is number => integers(u) && u > 0, { type: 'integer', minimum: 1 });
/** An integer of at least 0. */
export const natural: Decoder<number> = leaf('an integer of at least 0', (u): u is number => integers(u) && u >= 0, { type: 'integer', minimum: 0 });
/** A finite number of at least 0. */
export const notNegative: Decoder<number> = leaf('a number of at least 0', (u): u is number => numbers(u) && u >= 0, { type: 'number', minimum: 0 });
/** true or false. */
export const flag: Decoder<boolean> = leaf('true or false', (u): u is boolean => typeof u === 'boolean', { type: 'boolean' });
/** One line of text. */
export const line: Decoder<string> = leaf('one line of text', (u): u is string => typeof u === 'string' && /^[^\p{Cc}]*\S[^\p{Cc}]*$/u.test(u), { type: 'string', pattern: '\\S' });

/** `'a', 'b' or 'c'` */
export const listed = (names: readonly (string | number)[]): string => {
  const shown = names.map((n) => (typeof n === 'string' ? `'${n}'` : String(n)));
  const last = shown.at(-1) ?? 'nothing';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} or ${last}`;
};

/** One of a few values. */
export const oneOf = <const A extends string | number>(...values: readonly A[]): Decoder<A> =>
  leaf(
    listed(values),
    (u): u is A => values.some((v) => v === u),
    { enum: values },
    (u) => suggesting(listed(values), u, values),
  );

/** A value, or null. */
export const nullable = <A>(inner: Decoder<A>): Decoder<A | null> =>
  decoder(`${inner.name} or null`, (u, context) => (u === null ? t.success(null) : inner.validate(u, context)), { anyOf: [schemaOf(inner), { type: 'null' }] });

/** Runs every part and keeps either all the values or all the problems. */
const gather = <A>(parts: readonly Either<t.Errors, A>[]): t.Validation<readonly A[]> => {
  const problems = parts.flatMap((p) => (isLeft(p) ? p.left : []));
  return problems.length > 0 ? t.failures(problems) : t.success(parts.flatMap((p) => (isLeft(p) ? [] : [p.right])));
};

/** A list of at least one value, or of any number. */
export const listOf = <A>(inner: Decoder<A>, least: 'one' | 'none' = 'one'): Decoder<readonly A[]> => {
  const name = least === 'one' ? 'a list of at least one entry' : 'a list';
  return decoder(name, (u, context) =>
    Array.isArray(u) && (u.length > 0 || least === 'none')
      ? gather(u.map((x: unknown, i) => inner.validate(x, t.appendContext(context, `[${i}]`, inner, x))))
      : t.failure(u, context, name),
  { type: 'array', items: schemaOf(inner), ...(least === 'one' ? { minItems: 1 } : {}) });
};

/** A key of a record: its decoder, and what an absent key means. */
export interface Field<A> {
  readonly inner: Decoder<A>;
  readonly absent?: { readonly value: A };
}
export const required = <A>(inner: Decoder<A>): Field<A> => ({ inner });
export const optional = <A, B>(inner: Decoder<A>, value: B): Field<A | B> => ({ inner, absent: { value } });

/** At the end of an error's context: the key is not one of the record's. */
export const unknownKey: Decoder<never> = decoder('unknown key', (u, context) => t.failure(u, context));
/** At the end of an error's context: the value is a sentence about what was given. */
export const described: Decoder<never> = decoder('described', (u, context) => t.failure(u, context));

export type RecordOf<F> = { readonly [K in keyof F]: F[K] extends Field<infer A> ? A : never };

const objectSchema = (fields: { readonly [key: string]: Field<unknown> }): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([key, { inner, absent }]) => [key, { ...schemaOf(inner), ...(absent?.value === undefined ? {} : { default: absent.value }) }])),
  required: Object.entries(fields).flatMap(([key, { absent }]) => (absent === undefined ? [key] : [])),
  additionalProperties: false,
});

/** An object with exactly these keys. */
export const record = <F extends { readonly [key: string]: Field<unknown> }>(fields: F): Decoder<RecordOf<F>> => {
  const keys = Object.keys(fields);
  const name = `an object with ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.join(', ')}`;
  return decoder(name, (u, context) => {
    if (!isObject(u)) return t.failure(u, context, name);
    const surplus = Object.keys(u)
      .filter((key) => !Object.hasOwn(fields, key))
      .map((key) => t.failure<never>(u[key], t.appendContext(context, key, unknownKey, u[key]), suggesting(`one of the keys ${keys.join(', ')}`, key, keys)));
    const known = Object.entries(fields).map(([key, { inner, absent }]) => {
      const given = Object.hasOwn(u, key) ? u[key] : undefined;
      const value = given === undefined && absent !== undefined ? t.success(absent.value) : inner.validate(given, t.appendContext(context, key, inner, given));
      return isLeft(value) ? value : t.success([key, value.right] as const);
    });
    const all = gather<readonly [string, unknown]>([...surplus, ...known]);
    return isLeft(all) ? all : t.success(Object.fromEntries(all.right) as RecordOf<F>);
  }, objectSchema(fields));
};

type Tagged<T extends string, C> = { readonly [K in keyof C]: C[K] extends Decoder<infer A> ? A & { readonly [Q in T]: K } : never }[keyof C];

/** One of several records, told apart by the key `tag`; the cases decode the other keys. */
export const tagged = <const T extends string, C extends { readonly [kind: string]: { readonly [key: string]: Field<unknown> } }>(
  tag: T,
  cases: C,
): Decoder<Tagged<T, { readonly [K in keyof C]: Decoder<RecordOf<C[K]>> }>> => {
  const kinds = Object.keys(cases);
  const kind = record({ [tag]: required(oneOf(...kinds)) });
  return decoder(`an object with the key ${tag}`, (u, context) => {
    const given = isObject(u) && Object.hasOwn(u, tag) ? u[tag] : undefined;
    const fields = typeof given === 'string' && Object.hasOwn(cases, given) ? cases[given] : undefined;
    if (fields === undefined) return kind.validate(isObject(u) ? { [tag]: given } : u, context) as t.Validation<never>;
    return record({ [tag]: required(oneOf(String(given))), ...fields }).validate(u, context) as t.Validation<never>;
  }, { oneOf: Object.entries(cases).map(([name, fields]) => objectSchema({ [tag]: required(oneOf(name)), ...fields })) });
};

/** A further condition on a decoded value: the problems it finds, each at a place below this one. */
export interface Complaint {
  readonly at: readonly string[];
  /** in words; absent if a key is missing */
  readonly given?: string;
  readonly needed: string;
}
export const refine = <A, B>(inner: Decoder<A>, check: (a: A) => readonly Complaint[], finish: (a: A) => B): Decoder<B> =>
  decoder(inner.name, (u, context) => {
    const first = inner.validate(u, context);
    if (isLeft(first)) return first;
    const complaints = check(first.right);
    if (complaints.length === 0) return t.success(finish(first.right));
    return t.failures(
      complaints.map(({ at, given, needed }) => ({ value: given, context: at.reduce((c, key) => t.appendContext(c, key, described, given), context), message: needed })),
    );
  }, schemaOf(inner));
