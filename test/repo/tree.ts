/**
 * Where the repository is, and small trees of files beside it for tests that run a tool.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A file of the tree: its path from the tree's root, and its text. */
export type Files = Readonly<Record<string, string>>;

/** Write files below a folder. */
export const write = (folder: string, files: Files): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};

/** Run `body` in a fresh folder that sees our node_modules; the folder goes when the body ends. */
export const inTree = async <A>(files: Files, body: (folder: string) => A | Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-repo-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    write(folder, files);
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What a finished process said. */
export interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Run a script with this node: `where` is the working folder. */
export const node = (where: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Said => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: where, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', ...env } });
  return { status, out: stdout, err: stderr };
};
