/**
 * Glob: files by name or pattern, for shells that leave patterns to programs (Windows, quoted arguments).
 * idea:  `*` and `?` within a name, `**` any folders, `{a,b}` alternatives; a folder stands for its JSON files. A file of exactly that name
 *        goes before a pattern. Node 20 has no fs.glob.
 * not:   `[a-z]`, negation; folders that start with a dot, and node_modules, under `*` and `**`.
 */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { lockName } from '../../check/index.ts';

/** `a{b,c}` → `ab`, `ac`; braces may nest. */
export const alternatives = (pattern: string): readonly string[] => {
  const found = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (found === null) return [pattern];
  const [, before = '', inside = '', after = ''] = found;
  return inside.split(',').flatMap((one) => alternatives(before + one + after));
};

const isPattern = (text: string): boolean => /[*?]/.test(text);

/** One name against one part of a pattern. */
const matcher = (part: string): ((name: string) => boolean) => {
  const regex = new RegExp(`^${part.replace(/[.+^$()|[\]{}\\]/g, '\\$&').replace(/\*+/g, '.*').replaceAll('?', '.')}$`, 's');
  return (name) => regex.test(name) && (!name.startsWith('.') || part.startsWith('.'));
};

interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

const entriesOf = async (folder: string): Promise<readonly Entry[]> => {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const all = await Promise.all(found.map(async (e) => ({ name: e.name, folder: e.isSymbolicLink() ? await stat(join(folder, e.name)).then((s) => s.isDirectory(), () => false) : e.isDirectory() })));
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** The files under a folder that match the rest of a pattern. */
const under = async (folder: string, parts: readonly string[]): Promise<readonly string[]> => {
  const [part, ...rest] = parts;
  if (part === undefined) return [];
  if (part === '**') {
    const deeper = (await entriesOf(folder)).filter((e) => e.folder && e.name !== 'node_modules' && !e.name.startsWith('.'));
    const here = await under(folder, rest.length === 0 ? ['*'] : rest);
    return [...here, ...(await Promise.all(deeper.map(({ name }) => under(join(folder, name), parts)))).flat()];
  }
  if (!isPattern(part)) {
    const next = join(folder, part);
    if (rest.length > 0) return under(next, rest);
    return (await stat(next).then((s) => s.isFile(), () => false)) ? [next] : [];
  }
  const fits = (await entriesOf(folder)).filter((e) => matcher(part)(e.name) && (rest.length === 0) !== e.folder && e.name !== 'node_modules');
  return rest.length === 0 ? fits.map(({ name }) => join(folder, name)) : (await Promise.all(fits.map(({ name }) => under(join(folder, name), rest)))).flat();
};

const matches = async (cwd: string, pattern: string): Promise<readonly string[]> => {
  const path = resolve(cwd, pattern);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return (await under(path, ['*.json'])).filter((file) => !file.endsWith(`${sep}${lockName}`));
  if (found !== undefined) return [path];
  const all = await Promise.all(alternatives(pattern).map((one) => {
    const absolute = isAbsolute(one);
    const parts = one.split(/[\\/]/).filter((p) => p !== '' && p !== '.');
    return under(absolute ? resolve(one, '/') : cwd, parts);
  }));
  return all.flat();
};

/** As it is shown: from the working folder with forward slashes, absolute outside of it. */
export const shownPath = (cwd: string, path: string): string => {
  const from = relative(cwd, path);
  return (from.startsWith('..') || isAbsolute(from) ? path : from).split(sep).join('/');
};

/** The files that names and patterns stand for, each once, in their order. A plain name that is not there stays: reading it tells why. errors: Name for a pattern without a file */
export const filesOf = (cwd: string, patterns: readonly string[]): TaskEither<Fault, readonly string[]> => async (): Promise<Either<Fault, readonly string[]>> => {
  const all = await Promise.all(patterns.map(async (pattern) => ({ pattern, found: await matches(cwd, pattern) })));
  const empty = all.filter(({ pattern, found }) => found.length === 0 && (isPattern(pattern) || pattern.includes('{')));
  if (empty.length > 0) return left(fault('Name', 'molt check', empty.map(({ pattern }) => `no file matches ${pattern}`), 'patterns of variant files', `patterns are seen from ${cwd}`));
  const folders = all.filter(({ pattern, found }) => found.length === 0 && /[\\/]$/.test(pattern));
  if (folders.length > 0) return left(fault('Name', 'molt check', folders.map(({ pattern }) => `no JSON file in ${pattern}`), 'folders with variant files'));
  return right([...new Set(all.flatMap(({ pattern, found }) => (found.length === 0 ? [resolve(cwd, pattern)] : found)).map((path) => shownPath(cwd, path)))]);
};
