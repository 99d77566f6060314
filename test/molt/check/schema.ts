/**
 * A validator for the part of JSON Schema (draft 4 to 7) that SARIF's schema uses; any other keyword is an error, so that nothing is passed over
 * in silence. Where ajv is installed, published.test.ts asks it the same.
 */
type Json = Readonly<Record<string, unknown>>;
const isObject = (u: unknown): u is Json => typeof u === 'object' && u !== null && !Array.isArray(u);

const types: { readonly [name: string]: (u: unknown) => boolean } = {
  object: isObject, array: Array.isArray, string: (u) => typeof u === 'string', integer: Number.isInteger, number: (u) => typeof u === 'number', boolean: (u) => typeof u === 'boolean', null: (u) => u === null,
};

const formatsKnown: { readonly [name: string]: RegExp } = {
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]*$/,
  'uri-reference': /^[^\s<>"{}|\\^`]*$/,
};

const resolve = (root: unknown, reference: string): unknown => reference.replace(/^#\//, '').split('/').reduce((at: unknown, key) => (isObject(at) ? at[key] : undefined), root);

type Keyword = (value: unknown, u: unknown, at: string, check: (schema: unknown, u: unknown, at: string) => readonly string[], schema: Json) => readonly string[];
const fails = (bad: boolean, text: string): readonly string[] => (bad ? [text] : []);

const keywords: { readonly [name: string]: Keyword } = {
  $ref: () => [], $schema: () => [], $comment: () => [], id: () => [], title: () => [], definitions: () => [], default: () => [],
  type: (value, u, at) => fails(!(Array.isArray(value) ? value : [value]).some((name) => types[String(name)]?.(u) === true), `${at}: not ${String(value)}`),
  enum: (value, u, at) => fails(Array.isArray(value) && !value.includes(u), `${at}: ${JSON.stringify(u)} is none of ${JSON.stringify(value)}`),
  required: (value, u, at) => (isObject(u) && Array.isArray(value) ? value.filter((key) => !Object.hasOwn(u, String(key))).map((key) => `${at}: lacks ${String(key)}`) : []),
  properties: (value, u, at, check) => (isObject(u) && isObject(value) ? Object.entries(value).flatMap(([key, one]) => (Object.hasOwn(u, key) ? check(one, u[key], `${at}/${key}`) : [])) : []),
  additionalProperties: (value, u, at, check, schema) => {
    if (!isObject(u)) return [];
    const known = isObject(schema['properties']) ? schema['properties'] : {};
    return Object.keys(u).filter((key) => !Object.hasOwn(known, key)).flatMap((key) => (value === false ? [`${at}: surplus ${key}`] : isObject(value) ? check(value, u[key], `${at}/${key}`) : []));
  },
  items: (value, u, at, check) => (Array.isArray(u) ? u.flatMap((one, i) => check(value, one, `${at}/${i}`)) : []),
  minItems: (value, u, at) => fails(Array.isArray(u) && u.length < Number(value), `${at}: fewer than ${Number(value)}`),
  uniqueItems: (value, u, at) => fails(value === true && Array.isArray(u) && new Set(u.map((one) => JSON.stringify(one))).size < u.length, `${at}: repeats`),
  minimum: (value, u, at) => fails(typeof u === 'number' && u < Number(value), `${at}: less than ${Number(value)}`),
  maximum: (value, u, at) => fails(typeof u === 'number' && u > Number(value), `${at}: more than ${Number(value)}`),
  pattern: (value, u, at) => fails(typeof u === 'string' && !new RegExp(String(value)).test(u), `${at}: not like ${String(value)}`),
  format: (value, u, at) => fails(typeof u === 'string' && formatsKnown[String(value)]?.test(u) === false, `${at}: no ${String(value)}`),
  oneOf: (value, u, at, check) => fails(Array.isArray(value) && value.filter((one) => check(one, u, at).length === 0).length !== 1, `${at}: not like exactly one of several`),
  anyOf: (value, u, at, check) => fails(Array.isArray(value) && !value.some((one) => check(one, u, at).length === 0), `${at}: like none of several`),
};

/** What of the value is not as the schema says, a line each. */
export const violations = (schema: unknown, value: unknown): readonly string[] => {
  const check = (s: unknown, u: unknown, at: string): readonly string[] => {
    if (!isObject(s)) return [`${at}: the schema is no object`];
    if (typeof s['$ref'] === 'string') return check(resolve(schema, s['$ref']), u, at);
    return Object.entries(s).flatMap(([name, given]) => keywords[name]?.(given, u, at, check, s) ?? [`${at}: the validator does not know ${name}`]);
  };
  return check(schema, value, '');
};
