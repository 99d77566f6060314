/**
 * A small JSON Schema validator: the keywords that the variant schema uses, any other is an error.
 */
interface Schema {
  readonly [keyword: string]: unknown;
}
const isSchema = (u: unknown): u is Schema => typeof u === 'object' && u !== null && !Array.isArray(u);
const schemas = (u: unknown): readonly Schema[] => (Array.isArray(u) ? u.filter(isSchema) : []);
const list = (u: unknown): readonly unknown[] => (Array.isArray(u) ? u : []);

const typeOf = (u: unknown): string => (u === null ? 'null' : Array.isArray(u) ? 'array' : typeof u);
const hasType = (u: unknown, type: unknown): boolean => (type === 'integer' ? Number.isInteger(u) : type === typeOf(u));

type Rule = (given: unknown, argument: unknown, schema: Schema, at: string) => readonly string[];
const fail = (ok: boolean, message: string): readonly string[] => (ok ? [] : [message]);
const silent: Rule = () => [];

const rules: { readonly [keyword: string]: Rule } = {
  $schema: silent, title: silent, description: silent, default: silent,
  type: (u, type, _, at) => fail(hasType(u, type), `${at}: not of type ${String(type)}`),
  enum: (u, values, _, at) => fail(list(values).includes(u), `${at}: not in ${JSON.stringify(values)}`),
  minimum: (u, least, _, at) => fail(typeof u !== 'number' || typeof least !== 'number' || u >= least, `${at}: below ${String(least)}`),
  minItems: (u, least, _, at) => fail(!Array.isArray(u) || typeof least !== 'number' || u.length >= least, `${at}: too few`),
  pattern: (u, text, _, at) => fail(typeof u !== 'string' || new RegExp(String(text), 'u').test(u), `${at}: not like ${String(text)}`),
  anyOf: (u, all, _, at) => fail(schemas(all).some((s) => problems(s, u, at).length === 0), `${at}: none of anyOf`),
  oneOf: (u, all, _, at) => fail(schemas(all).filter((s) => problems(s, u, at).length === 0).length === 1, `${at}: not exactly one of oneOf`),
  items: (u, item, _, at) => (Array.isArray(u) && isSchema(item) ? u.flatMap((x: unknown, i) => problems(item, x, `${at}[${i}]`)) : []),
  required: (u, keys, _, at) => (isSchema(u) ? list(keys).filter((k) => !Object.hasOwn(u, String(k))).map((k) => `${at}: no ${String(k)}`) : []),
  properties: (u, all, _, at) => (isSchema(u) && isSchema(all) ? Object.entries(all).flatMap(([key, s]) => (Object.hasOwn(u, key) && isSchema(s) ? problems(s, u[key], `${at}.${key}`) : [])) : []),
  additionalProperties: (u, allowed, { properties }, at) =>
    (allowed === false && isSchema(u) && isSchema(properties) ? Object.keys(u).filter((key) => !Object.hasOwn(properties, key)).map((key) => `${at}: surplus ${key}`) : []),
};

/** What is wrong with a value. */
export const problems = (schema: Schema, u: unknown, at = '$'): readonly string[] =>
  Object.entries(schema).flatMap(([keyword, argument]) => rules[keyword]?.(u, argument, schema, at) ?? [`${at}: the validator does not know ${keyword}`]);
