/**
 * JSON with each key once: a second value under a key, which JSON.parse lets win silently, is an error.
 * idea:  JSON.parse decides what is JSON; a walk over the text then only has to follow strings and brackets.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';

/** Index of the quote that closes the string opened at `open`, in valid JSON. */
const closing = (text: string, open: number): number => {
  for (let at = open + 1; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '"') return at;
  }
  return text.length;
};

/** The first key that some object of this valid JSON text has twice. */
const repeatedKey = (text: string): string | undefined => {
  const open: (Set<string> | undefined)[] = []; // keys so far of each object around; undefined for an array
  const value = /\s*:/y;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const end = closing(text, at);
      value.lastIndex = end + 1;
      const keys = open.at(-1);
      if (keys !== undefined && value.test(text)) {
        const key: unknown = JSON.parse(text.slice(at, end + 1)); // escapes: "\u0061" is "a"
        if (typeof key === 'string') {
          if (keys.has(key)) return key;
          keys.add(key);
        }
      }
      at = end;
    }
  }
  return undefined;
};

/** Engines word their complaints differently; the place, where one tells it, is kept. */
const placeOf = (thrown: unknown): string => {
  const found = thrown instanceof Error ? /position (\d+)/.exec(thrown.message)?.[1] : undefined;
  return found === undefined ? '' : `, at character ${found}`;
};

/** What a JSON text says, or in one line why it says nothing. */
export const parseUnique = (text: string): Either<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    const twice = repeatedKey(text);
    return twice === undefined ? right(value) : left(`the key ${JSON.stringify(twice)} stands there twice`);
  } catch (thrown) {
    return left(`not JSON${placeOf(thrown)}`);
  }
};
