/**
 * Module text: where a module's exports stand, and the keys of the plain objects among them.
 * idea:  comments become blanks, and what stands in strings, templates and regular expressions underscores, of the same length; what is left is
 *        simple enough for patterns.
 *        What is not found (computed, spread, re-exported from elsewhere) is told at the nearest thing around it.
 * laws:  test/molt/check/module-text.test.ts
 * not:   parsing JavaScript: what a module exports is known by loading it (molt/prove/load.ts).
 */
import { locator, type Placed, type Span } from './position.ts';

/** Can a file of this name be a module? */
export const isModuleFile = (file: string): boolean => /\.(?:[cm]?js|m?ts|[jt]sx)$/.test(file);

const hidden = /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"|`(?:[^`\\]|\\[^])*`|(?<=(?:^|[=(,:[!&|?{};\n])[ \t]*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/** The same lines, with nothing in them that only looks like code. */
const bare = (text: string): string => text.replace(hidden, (found) => (/^\/[/*]/.test(found) ? found.replace(/[^\n]/g, ' ') : found.slice(0, 1) + found.slice(1, -1).replace(/[^\n]/g, '_') + found.slice(-1)));

type Range = readonly [number, number];

/** Where names are exported. */
const exportsOf = (code: string): readonly (readonly [string, Range])[] => [
  ...[...code.matchAll(/\bexport\s+(?:(default)\b|(?:(?:declare|async|abstract)\s+)*(?:const|let|var|function\s*\*?|class)\s+([\w$]+))/g)].map(({ 0: whole, 1: usual, 2: name = 'default', index }): readonly [string, Range] => {
    const end = index + whole.length;
    return [usual ?? name, [end - (usual ?? name).length, end]];
  }),
  ...[...code.matchAll(/\bexport\s*\{([^}]*)\}/g)].flatMap(({ 0: whole, 1: inside = '', index }) => {
    const from = index + whole.indexOf('{') + 1;
    return [...inside.matchAll(/([\w$]+)(?:\s+as\s+([\w$]+))?/g)].map(({ 0: one, 1: own = '', 2: name = own, index: at }): readonly [string, Range] => [name, [from + at + one.length - name.length, from + at + one.length]]);
  }),
];

const opening = /[^=;]*=(?![=>])\s*\{/y;
const member = /(?:[\w$]+|'_*'|"_*")(?=\s*:)/y;
const colon = /\s*:\s*/y;

/** Keys and values of an object literal that begins before `from`. */
const membersOf = (code: string, text: string, from: number): readonly { readonly key: string; readonly at: Range; readonly value: Range }[] => {
  const found: { readonly key: string; readonly at: Range; readonly value: Range }[] = [];
  const endOfValue = (start: number): number => {
    let depth = 0;
    for (let at = start; at < code.length; at += 1) {
      const sign = code[at] ?? '';
      if (depth === 0 && (sign === ',' || sign === '}')) return at;
      if ('([{'.includes(sign)) depth += 1;
      if (')]}'.includes(sign)) depth -= 1;
    }
    return code.length;
  };
  for (let at = from; at < code.length && code[at] !== '}';) {
    at += /^\s*/.exec(code.slice(at))?.[0].length ?? 0;
    member.lastIndex = at;
    const name = member.exec(code)?.[0];
    colon.lastIndex = at + (name ?? '').length;
    const start = name === undefined ? at : colon.lastIndex + (colon.exec(code)?.[0].length ?? 0);
    const end = endOfValue(start);
    if (name !== undefined) found.push({ key: text.slice(at, at + name.length).replace(/^['"]|['"]$/g, ''), at: [at, at + name.length], value: [start, start + code.slice(start, end).trimEnd().length] });
    at = code[end] === ',' ? end + 1 : end;
  }
  return found;
};

/** By JSON pointer: `/budgets` is an export, `/budgets/peakBytes` a key of its object. */
export const modulePlaces = (text: string): ReadonlyMap<string, Placed> => {
  const code = bare(text);
  const located = locator(text);
  const span = ([from, to]: Range): Span => located(from, to);
  return new Map(exportsOf(code).flatMap(([name, at]): readonly (readonly [string, Placed])[] => {
    opening.lastIndex = at[1];
    const inside = name === 'default' || opening.exec(code) === null ? [] : membersOf(code, text, opening.lastIndex);
    return [[`/${name}`, { key: span(at), value: span(at) }], ...inside.map(({ key, at: own, value }) => [`/${name}/${key}`, { key: span(own), value: span(value) }] as const)];
  }));
};
