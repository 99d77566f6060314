/**
 * A compiler as a command: what `tsc --noEmit -p <project>` prints, as errors by file and line.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { root } from './compiler.ts';

/** Where the command of a package is. */
const script = (name: string, command: string): string => {
  const at = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const bin: unknown = JSON.parse(readFileSync(at, 'utf8')).bin;
  const path: unknown = typeof bin === 'object' && bin !== null && command in bin ? Object.entries(bin).find(([key]) => key === command)?.[1] : bin;
  return join(dirname(at), String(path));
};

export interface PrintedError {
  readonly file: string;
  readonly line: number;
  readonly lines: readonly string[];
}

const commands = { 'TypeScript 7': ['@typescript/native', 'tsc'], 'TypeScript 6': ['typescript', 'tsc6'] } as const;
export type Version = keyof typeof commands;

/** The errors that the command prints for a project. */
export const compileProject = (version: Version, project: string): readonly PrintedError[] => {
  const [name, command] = commands[version];
  const { stdout } = spawnSync(process.execPath, [script(name, command), '--noEmit', '--pretty', 'false', '-p', join(root, project)], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const errors: { file: string; line: number; lines: string[] }[] = [];
  for (const line of stdout.split('\n')) {
    const head = /^(.+)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line);
    if (head !== null) errors.push({ file: basename(head[1] ?? ''), line: Number(head[2]), lines: [head[3] ?? ''] });
    else if (/^\s+\S/.test(line)) errors.at(-1)?.lines.push(line.trim());
  }
  return errors.map((e) => ({ ...e, lines: e.lines.map((l) => l.replaceAll(/(?:import\("[^"]*"\)|"[^"]*\/[^"]*")\./g, '')) }));
};
