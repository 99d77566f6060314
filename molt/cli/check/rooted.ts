/**
 * Rooted: the same findings with addresses from another folder.
 * idea:  a CI system looks addresses up from the root of its checkout, wherever below it the command ran.
 * laws:  test/molt/cli/check.test.ts
 */
import { isAbsolute, relative, resolve } from 'node:path';
import type { Checked, Result } from '../../check/index.ts';
import { shownPath } from './glob.ts';

const inside = (root: string, folder: string): boolean => {
  const from = relative(root, folder);
  return !from.startsWith('..') && !isAbsolute(from);
};

/** A result of a run in `cwd`, seen from `root` if that is around it. */
export const rooted = (result: Result, cwd: string, root: string | undefined): Result => {
  if (root === undefined || root === '' || !inside(resolve(root), cwd)) return result;
  const from = (file: string): string => shownPath(resolve(root), resolve(cwd, file));
  const moved = (one: Checked): Checked => ({ ...one, file: from(one.file), outcomes: one.outcomes.map((o) => ({ ...o, diagnostics: o.diagnostics.map((d) => ({ ...d, where: { ...d.where, file: from(d.where.file) } })) })) });
  return { ...result, variants: result.variants.map(moved) };
};
