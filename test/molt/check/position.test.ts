/** The JSON scanner: it accepts what JSON.parse accepts, and every place it tells holds what it says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keySpan, pointerOf, scan, type Span, valueSpan } from '../../../molt/check/index.ts';

const seed = { seed: 1, numRuns: 300 };

/** The text of a span. */
const cut = (text: string, { line, column, endLine, endColumn }: Span): string => {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return text.slice((starts[line - 1] ?? NaN) + column - 1, (starts[endLine - 1] ?? NaN) + endColumn - 1);
};

const blanks = fc.stringMatching(/^[ \t\n\r]{0,3}$/);

/** A JSON text with blanks between its tokens. */
const texts: fc.Arbitrary<string> = fc.json({ maxDepth: 3 }).chain((json) => fc.infiniteStream(blanks).map((stream) => {
  const next = (): string => String(stream.next().value ?? '');
  const spaced = (u: unknown): string => {
    const inner = Array.isArray(u)
      ? `[${u.map(spaced).join(',') || next()}]`
      : typeof u === 'object' && u !== null ? `{${Object.entries(u).map(([key, value]) => `${next()}${JSON.stringify(key)}${next()}:${spaced(value)}`).join(',') || next()}}` : JSON.stringify(u);
    return next() + inner + next();
  };
  return spaced(JSON.parse(json));
}));

const walk = (value: unknown, keys: readonly string[], see: (keys: readonly string[], value: unknown) => void): void => {
  see(keys, value);
  if (typeof value === 'object' && value !== null) for (const [key, one] of Object.entries(value)) walk(one, [...keys, key], see);
};

test('every value of a JSON text is found where it stands, and so is its key', () => {
  fc.assert(fc.property(texts, (text) => {
    const scanned = scan(text);
    expect(scanned.problems).toEqual([]);
    expect(scanned.value).toEqual(JSON.parse(text));
    let count = 0;
    walk(scanned.value, [], (keys, value) => {
      count += 1;
      const placed = scanned.places.get(pointerOf(keys));
      expect(placed).toBeDefined();
      if (placed === undefined) return;
      expect(JSON.parse(cut(text, placed.value))).toEqual(value);
      if (placed.key !== null) expect(JSON.parse(cut(text, placed.key))).toBe(keys.at(-1));
    });
    expect(scanned.places.size).toBe(count);
  }), seed);
});

test('a text is JSON for the scanner exactly if it is for JSON.parse, and a problem lies inside the text', () => {
  const damaged = fc.tuple(texts, fc.nat(), fc.constantFrom('', ',', '}', '[', '"', '\\', '1', '-', 'e', '.', '0', 'nul', '/*a*/', '\u0000', '\t', ':')).map(([text, at, put]) => {
    const i = at % (text.length + 1);
    return text.slice(0, i) + put + text.slice(i + (at % 3));
  });
  const accepted = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(fc.property(fc.oneof(damaged, fc.string()), (text) => {
    const syntax = scan(text).problems.filter(({ kind }) => kind === 'syntax');
    expect(syntax.length === 0).toBe(accepted(text));
    for (const { span } of syntax) expect(text.split('\n')[span.line - 1]?.length ?? -1).toBeGreaterThanOrEqual(span.column - 1);
  }), { seed: 2, numRuns: 1000 });
});

test.each([
  ['{"a": 1,}', '1:9', '}', 'a key in double quotes'],
  ['{"a" 1}', '1:6', '1', "':'"],
  ['[1 2]', '1:4', '2', "',' or ']'"],
  ['{"a": 1} {', '1:10', '{', 'the end of the file'],
  ['{\n  // no\n}', '2:3', '/', "a key in double quotes, or '}'"],
  ['', '1:1', 'the end of the file', 'a JSON value'],
  ['{"a": tru}', '1:7', 'tru', 'a JSON value'],
  ['[01]', '1:3', '1', "',' or ']'"],
])('%j stops being JSON at %s', (text, at, given, needed) => {
  expect(scan(text).problems.map(({ kind, span, given: g, needed: n }) => [kind, `${span.line}:${span.column}`, g, n])).toEqual([['syntax', at, given, needed]]);
});

test('a key that stands twice is a problem, and the places are those of the last', () => {
  const text = '{"a": {"b": 1},\n "c": 0, "a": {"d": 2}}';
  const scanned = scan(text);
  expect(scanned.problems).toEqual([{ kind: 'duplicate', pointer: '/a', span: { line: 2, column: 10, endLine: 2, endColumn: 13 }, given: 'the key "a" a second time', needed: 'each key once' }]);
  expect([...scanned.places.keys()].toSorted()).toEqual(['', '/a', '/a/d', '/c']);
  expect(scan(String.raw`{"a": 1, "\u0061": 2}`).problems).toHaveLength(1);
});

test('keys with slashes, tildes and dots have pointers of their own', () => {
  const scanned = scan('{"a/b": 1, "a": {"b": 2}, "~1": 3, "__proto__": {"x": 4}, "a.b": 5}');
  expect([...scanned.places.keys()]).toEqual(['/a~1b', '/a/b', '/a', '/~01', '/__proto__/x', '/__proto__', '/a.b', '']);
});

test('what is not there is looked for around', () => {
  const scanned = scan('{\n  "adapter": {\n    "kind": "molt"\n  }\n}');
  expect(keySpan(scanned, ['adapter', 'heads'])).toEqual({ line: 2, column: 3, endLine: 2, endColumn: 12 });
  expect(keySpan(scanned, ['name'])).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 2 });
  expect(valueSpan(scanned, ['adapter', 'kind'])).toEqual({ line: 3, column: 13, endLine: 3, endColumn: 19 });
  expect(keySpan(scan(''), ['a'])).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 1 });
});

test('what is nested without end is refused, not followed', () => {
  const [problem] = scan('['.repeat(100_000)).problems;
  expect(problem?.needed).toBe('at most 256 objects and lists within each other');
});
