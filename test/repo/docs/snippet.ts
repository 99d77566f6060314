/**
 * Code in documentation: `@example` blocks of docstrings, and ```ts blocks of Markdown.
 * idea:  a snippet is a whole module with its own imports, as a reader would paste it. A line may end in
 *        `// error: text`, or be followed by a line that is only that: the compiler must refuse the line with that text.
 *        A block with such a line is compiled and not run; so is a Markdown block that opens with ```ts types.
 */

/** An error that the compiler must give: on `line` (from 1), with `text` in its message. */
export interface Refusal {
  readonly line: number;
  readonly text: string;
}

/** One piece of code, with where it was found. */
export interface Snippet {
  /** file:line of its first line */
  readonly from: string;
  readonly text: string;
  readonly refusals: readonly Refusal[];
  /** executed after it type-checks */
  readonly run: boolean;
}

const marker = /^(.*?)\/\/ error: (.+)$/;

const refusalsOf = (lines: readonly string[]): readonly Refusal[] =>
  lines.flatMap((line, index) => {
    const [, code = '', text = ''] = marker.exec(line) ?? [];
    return text === '' ? [] : [{ line: code.trim() === '' ? index : index + 1, text: text.trim() }];
  });

const snippet = (from: string, lines: readonly string[], types: boolean): Snippet => {
  const refusals = refusalsOf(lines);
  return { from, text: lines.join('\n').trimEnd(), refusals, run: !types && refusals.length === 0 };
};

/** The ```ts blocks of a Markdown text. */
export const fromMarkdown = (file: string, text: string): readonly Snippet[] => {
  const found: Snippet[] = [];
  let open: { readonly line: number; readonly lines: string[]; readonly kind: string } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { line: index + 2, lines: [], kind: fence[1]?.trim() ?? '' };
    else {
      if (/^(ts|typescript)\b/.test(open.kind)) found.push(snippet(`${file}:${open.line}`, open.lines, / types\b/.test(open.kind)));
      open = undefined;
    }
  }
  return found;
};

/** The `@example` blocks of the docstrings of a TypeScript text; fences inside them are taken off. */
export const fromSource = (file: string, text: string): readonly Snippet[] => {
  const found: Snippet[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const first = text.slice(0, comment.index).split('\n').length;
    const lines = comment[0].replace(/\s*\*\/$/, '').split('\n').map((line) => line.replace(/^\s*\/?\*+ ?/, ''));
    for (const [index, line] of lines.entries()) {
      if (!/^@example\b/.test(line)) continue;
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((after) => /^@\w/.test(after));
      const body = (end < 0 ? rest : rest.slice(0, end)).map((one) => (/^\s*```/.test(one) ? '' : one));
      found.push(snippet(`${file}:${first + index + 1}`, body, false));
    }
  }
  return found;
};
