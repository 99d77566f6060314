/**
 * Lines: text that arrives in pieces, line by line.
 * not:   long lines: what is behind their first few hundred characters is dropped.
 */

/** Characters of one line. */
const longest = 500;

export interface LineReader {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

/** Calls `use` for each line of a UTF-8 text, without its end (`\n`, `\r` or both; empty lines are passed over). */
export const lineReader = (use: (line: string) => void): LineReader => {
  const decoder = new TextDecoder('utf-8');
  const state = { rest: '' };
  const read = (text: string): void => {
    const all = (state.rest + text).split(/[\r\n]+/);
    state.rest = (all.pop() ?? '').slice(0, longest);
    for (const line of all) if (line !== '') use(line.slice(0, longest));
  };
  return { push: (bytes) => read(decoder.decode(bytes, { stream: true })), end: () => read('\n') };
};
