/**
 * The TypeScript 7 compiler as a function: files in memory in, errors and types out.
 * idea:  one native server; a batch of lines costs milliseconds, because the library is checked once.
 * not:   a stable interface: `unstable/sync` belongs to the pinned compiler. What needs no types asks the command line
 *        (command-line.ts).
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API, type Diagnostic, NodeBuilderFlags } from '@typescript/native/unstable/sync';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One error: where, and its message, from the general line to the cause. */
export interface CompileError {
  readonly file: string;
  readonly pos: number;
  readonly code: number;
  readonly lines: readonly string[];
}
export interface Checked {
  readonly errors: readonly CompileError[];
  /** the printed type of what stands at each of these positions of the file */
  readonly types: (file: string, positions: readonly number[]) => readonly string[];
}

/** Without the places that a name comes from: `import("…").Mul`, `"…/shapes/tensor".Tensor`. */
const bare = (line: string): string => line.replaceAll(/(?:import\("[^"]*"\)|"[^"]*\/[^"]*")\./g, '');
const messages = (d: Diagnostic): readonly string[] => [bare(d.text), ...(d.messageChain ?? []).flatMap(messages)];

export interface Compiler {
  /** Checks these files of the folder, by name, with these texts (undefined: as on disk). */
  readonly check: (files: { readonly [name: string]: string | undefined }) => Checked;
  readonly close: () => void;
}

/** A compiler of files in a folder of the repository, under the options of the repository's tsconfig.json. */
export const openCompiler = (folder: string): Compiler => {
  const directory = join(root, folder);
  const config = join(directory, 'tsconfig.virtual.json');
  let texts = new Map<string, string>();
  const api = new API({
    cwd: root,
    fs: {
      readFile: (path) => texts.get(path),
      fileExists: (path) => (texts.has(path) ? true : undefined),
      directoryExists: (path) => (path === directory ? true : undefined),
    },
  });
  return {
    check: (files) => {
      const names = Object.keys(files);
      const given = Object.entries(files).flatMap(([name, text]): [string, string][] => (text === undefined ? [] : [[join(directory, name), text]]));
      const options = { extends: join(root, 'tsconfig.json'), compilerOptions: { noUnusedLocals: false, noUnusedParameters: false }, include: [], exclude: [], files: names.map((name) => `./${name}`) };
      const changed = [...new Set([...texts.keys(), ...given.map(([path]) => path)])];
      const before = texts.get(config);
      texts = new Map([...given, [config, JSON.stringify(options)]]);
      const fresh = before === undefined || before !== texts.get(config);
      const snapshot = api.updateSnapshot({ openProjects: before === undefined ? [config] : [], fileChanges: { changed: fresh ? [...changed, config] : changed } });
      const project = snapshot.getProject(config);
      if (project === undefined) throw new Error(`no project ${config}`);
      const errors = names.flatMap((name) =>
        [...project.program.getSyntacticDiagnostics(join(directory, name)), ...project.program.getSemanticDiagnostics(join(directory, name))].map((d): CompileError => ({ file: name, pos: d.pos, code: d.code, lines: messages(d) })),
      );
      const types = (file: string, positions: readonly number[]): readonly string[] =>
        positions.length === 0 ? [] : project.checker.getTypeAtPosition(join(directory, file), positions).map((type) => (type === undefined ? 'no type' : bare(project.checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation))));
      return { errors, types };
    },
    close: () => api.close(),
  };
};
