/**
 * Position: where each value of a JSON text stands, by line and column.
 * idea:  a scanner of the JSON grammar that remembers a span for every key and value, under its JSON pointer; `JSON.parse` makes the value.
 *        It also sees what `JSON.parse` hides (keys that stand twice) and says where a text stops being JSON.
 * laws:  test/molt/check/position.test.ts: it accepts what JSON.parse accepts and nothing else; every span parses to the value at its pointer
 * not:   comments, or a tree that can be written again.
 * source: RFC 8259 (JSON), RFC 6901 (pointers)
 */

/** Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where a value stands, and its key if it is one of an object. */
export interface Placed {
  readonly key: Span | null;
  readonly value: Span;
}

export interface ScanProblem {
  readonly kind: 'syntax' | 'duplicate';
  readonly pointer: string;
  readonly span: Span;
  readonly given: string;
  readonly needed: string;
}

export interface Scanned {
  /** undefined where the text is not JSON */
  readonly value: unknown;
  /** by JSON pointer: '' is the whole, `/adapter/heads` a value in it; of a key that stands twice, the last */
  readonly places: ReadonlyMap<string, Placed>;
  readonly problems: readonly ScanProblem[];
}

/** Objects and lists within each other, at most: more is nobody's variant. */
const deepest = 256;

/** The JSON pointer of keys. */
export const pointerOf = (keys: readonly string[]): string => keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const lineStarts = (text: string): readonly number[] => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
};

/** From offsets to lines and columns. A line ends with its line feed. */
export const locator = (text: string): ((from: number, to: number) => Span) => {
  const starts = lineStarts(text);
  const lineAt = (offset: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return (from, to) => {
    const [first, last] = [lineAt(from), lineAt(to)];
    return { line: first + 1, column: from - (starts[first] ?? 0) + 1, endLine: last + 1, endColumn: to - (starts[last] ?? 0) + 1 };
  };
};

/** Why scanning ended: what stood at an offset, and what was needed. */
interface Stop {
  readonly at: number;
  readonly to: number;
  readonly given: string;
  readonly needed: string;
}
interface Raw {
  readonly key: readonly [number, number] | null;
  readonly value: readonly [number, number];
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const blank = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex
const string = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

const lengthAt = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? -1;
};

/** What stands at an offset, for a message. */
const seen = (text: string, at: number): { readonly to: number; readonly given: string } => {
  if (at >= text.length) return { to: at, given: 'the end of the file' };
  const [found = ''] = /^(?:[\w.+-]+|"[^"\n]{0,20}"?|[\s\S])/.exec(text.slice(at, at + 40)) ?? [];
  return { to: at + found.length, given: JSON.stringify(found).slice(1, -1).replaceAll('\\"', '"') };
};

/** Walks over one text; the only state is the offset. */
const walk = (text: string): { readonly raw: ReadonlyMap<string, Raw>; readonly twice: readonly { readonly pointer: string; readonly span: readonly [number, number] }[]; readonly stop: Stop | undefined } => {
  const raw = new Map<string, Raw>();
  const twice: { readonly pointer: string; readonly span: readonly [number, number] }[] = [];
  let at = 0;
  let stop: Stop | undefined;
  const halt = (needed: string): false => {
    stop ??= { at, needed, ...seen(text, at) };
    return false;
  };
  const skip = (): void => void (at += lengthAt(blank, text, at));
  const taken = (sign: string): boolean => {
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const atom = (pattern: RegExp): boolean => {
    const length = lengthAt(pattern, text, at);
    if (length < 0) return false;
    at += length;
    return true;
  };
  const members = (pointer: string, depth: number): boolean => {
    const keys = new Set<string>();
    for (;;) {
      skip();
      const from = at;
      if (!atom(string)) return halt(keys.size === 0 ? "a key in double quotes, or '}'" : 'a key in double quotes');
      const key = String(JSON.parse(text.slice(from, at)));
      const span = [from, at] as const;
      const inner = pointer + pointerOf([key]);
      if (keys.has(key)) {
        twice.push({ pointer: inner, span });
        for (const old of raw.keys()) if (old.startsWith(`${inner}/`)) raw.delete(old);
      }
      keys.add(key);
      skip();
      if (!taken(':')) return halt("':'");
      if (!value(inner, span, depth)) return false;
      if (taken('}')) return true;
      if (!taken(',')) return halt("',' or '}'");
    }
  };
  const entries = (pointer: string, depth: number): boolean => {
    for (let i = 0; ; i += 1) {
      if (!value(`${pointer}/${i}`, null, depth)) return false;
      if (taken(']')) return true;
      if (!taken(',')) return halt("',' or ']'");
    }
  };
  const nested = (close: string, depth: number, inside: () => boolean): boolean => {
    if (depth >= deepest) return halt(`at most ${deepest} objects and lists within each other`);
    at += 1;
    skip();
    return taken(close) || inside();
  };
  const value = (pointer: string, key: Raw['key'], depth: number): boolean => {
    skip();
    const from = at;
    const sign = text[at];
    const fine = sign === '{' ? nested('}', depth, () => members(pointer, depth + 1)) : sign === '[' ? nested(']', depth, () => entries(pointer, depth + 1)) : atom(string) || atom(number) || atom(word) || halt('a JSON value');
    if (!fine) return false;
    raw.set(pointer, { key, value: [from, at] });
    skip();
    return true;
  };
  if (value('', null, 0) && at < text.length) halt('the end of the file');
  return { raw, twice, stop };
};

/** Positions of a JSON text, and its problems; linear in its length. */
export const scan = (text: string): Scanned => {
  const { raw, twice, stop } = walk(text);
  const span = locator(text);
  const at = ([from, to]: readonly [number, number]): Span => span(from, to);
  const places = new Map([...raw].map(([pointer, { key, value }]): [string, Placed] => [pointer, { key: key === null ? null : at(key), value: at(value) }]));
  const problems: readonly ScanProblem[] = [
    ...twice.map((one): ScanProblem => ({ kind: 'duplicate', pointer: one.pointer, span: at(one.span), given: `the key ${text.slice(...one.span)} a second time`, needed: 'each key once' })),
    ...(stop === undefined ? [] : [{ kind: 'syntax' as const, pointer: '', span: span(stop.at, stop.to), given: stop.given, needed: stop.needed }]),
  ];
  return { value: stop === undefined ? JSON.parse(text) : undefined, places, problems };
};

/** The span of the key at a pointer (of the value in a list), or of the nearest thing around it. */
export const keySpan = ({ places }: Pick<Scanned, 'places'>, keys: readonly string[]): Span => {
  for (let n = keys.length; n >= 0; n -= 1) {
    const found = places.get(pointerOf(keys.slice(0, n)));
    if (found !== undefined) return n === 0 && keys.length > 0 ? opening(found.value) : (found.key ?? found.value);
  }
  return { line: 1, column: 1, endLine: 1, endColumn: 1 };
};

/** The span of the value at a pointer, or of the nearest key around it. */
export const valueSpan = (scanned: Pick<Scanned, 'places'>, keys: readonly string[]): Span => scanned.places.get(pointerOf(keys))?.value ?? keySpan(scanned, keys);

/** The first letter of a long thing. */
const opening = ({ line, column }: Span): Span => ({ line, column, endLine: line, endColumn: column + 1 });
