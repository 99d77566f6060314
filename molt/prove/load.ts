/**
 * Load: a module of the user's as it is: JavaScript by Node, TypeScript through the esbuild that the user has installed.
 * idea:  the bundle is written beside the module for the moment of loading, so that names of packages and files mean there what
 *        they mean in the source.
 *        they mean in the source. What it throws, at loading or later, is traced back to the source by the bundle's map.
 * laws:  test/molt/prove/load.test.ts
 * not:   type-checking.
 */
import { randomUUID } from 'node:crypto';
import { access, constants, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault, faultOf } from '../../shapes/index.ts';
import { codeOf, readFault, writeFault } from '../io/system.ts';
import { framesOf, mappedBy, messagePlaces, type Place } from './places.ts';

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** A module, and where in its sources a stack of what it threw points, the innermost place first. */
export interface Loaded {
  readonly exports: Exports;
  readonly places: (stack: string) => readonly Place[];
}
/** Why a module does not load, and where. */
export interface Unloaded {
  readonly fault: Fault;
  readonly places: readonly Place[];
}

/** What of esbuild is used. */
export interface Builder {
  readonly build: (options: {
    readonly entryPoints: readonly string[];
    readonly outfile: string;
    readonly bundle: true;
    readonly format: 'esm';
    readonly platform: 'node';
    readonly target: 'node20';
    readonly packages: 'external';
    readonly sourcemap: 'inline';
    readonly logLevel: 'silent';
  }) => Promise<unknown>;
}
const isBuilder = (x: unknown): x is Builder => typeof x === 'object' && x !== null && 'build' in x && typeof x.build === 'function';

/** What turns TypeScript into JavaScript for a module's file. */
export type Find = (file: string) => Promise<Builder | undefined>;
type Loader = (path: string, file: string, find: Find) => TE.TaskEither<Unloaded, Loaded>;

/** esbuild as the module's own project has it, or ours; undefined where neither has. */
const builderFor: Find = async (file) => {
  for (const from of [file, import.meta.url]) {
    try {
      const found: unknown = await import(pathToFileURL(createRequire(from).resolve('esbuild')).href);
      if (isBuilder(found)) return found;
    } catch {
      continue;
    }
  }
  return undefined;
};

const lines = (thrown: unknown): readonly string[] => (thrown instanceof Error ? thrown.message : String(thrown)).split('\n').filter((line) => line.trim() !== '').slice(0, 8);

const unreadable = (path: string, thrown: unknown): Fault => {
  const kept = faultOf(path, thrown);
  // a fault of molt's that the module raised while it was loaded says more than its being raised
  if (kept._tag !== 'Defect') return { ...kept, where: `${path}: ${kept.where}` };
  const missing = codeOf(thrown) === 'ERR_MODULE_NOT_FOUND';
  return fault('Decode', path, lines(thrown), 'a module that loads', missing ? 'install what it imports; in a relative import write the ending of the file' : 'run it by itself: node or esbuild shows the place');
};

const nowhere = (refused: Fault): Unloaded => ({ fault: refused, places: [] });

/** A module by Node, whose places are told by `places`. */
const importedBy = (places: Loaded['places']): Loader => (path, file) =>
  TE.tryCatch(async (): Promise<Loaded> => ({ exports: { ...(await import(pathToFileURL(file).href)) }, places }), (thrown) => ({ fault: unreadable(path, thrown), places: places(thrown instanceof Error ? (thrown.stack ?? '') : '') }));
const imported: Loader = importedBy(framesOf);

const writable = (folder: string): Promise<void> => access(folder, constants.W_OK);

/** Through esbuild, by a file that is gone afterwards. */
const bundled: Loader = (path, file, find) => async () => {
  const builder = await find(file);
  if (builder === undefined)
    return TE.left(nowhere(fault('Unsupported', path, ['a TypeScript module, and no esbuild'], 'esbuild, which turns it into JavaScript', 'npm install --save-dev esbuild, or compile the module and give the .js file')))();
  const outfile = join(dirname(file), `.${basename(file)}.${randomUUID()}.mjs`);
  try {
    return await pipe(
      TE.tryCatch(() => writable(dirname(file)), (thrown) => nowhere(writeFault(path, 'the module as JavaScript, beside it', thrown))),
      TE.chain(() => TE.tryCatch(
        () => builder.build({ entryPoints: [file], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', sourcemap: 'inline', logLevel: 'silent' }),
        (thrown): Unloaded => ({ fault: unreadable(path, thrown), places: messagePlaces(thrown) }),
      )),
      TE.chain(() => TE.tryCatch(() => readFile(outfile, 'utf8'), (thrown) => nowhere(readFault(path, thrown)))),
      TE.chain((text) => importedBy(mappedBy(outfile, text))(path, outfile, find)),
    )();
  } finally {
    await rm(outfile, { force: true });
  }
};

const loaders: { readonly [ending: string]: Loader } = { '.js': imported, '.mjs': imported, '.cjs': imported, '.ts': bundled, '.mts': bundled, '.tsx': bundled, '.jsx': bundled };

/**
 * A module with the places of its sources.
 * errors: Name where there is none, Decode where it does not load, Unsupported where TypeScript needs esbuild, Usage for another ending
 */
export const loadPlaced = (path: string, find: Find = builderFor): TE.TaskEither<Unloaded, Loaded> => {
  const loader = loaders[extname(path)];
  if (loader === undefined) return TE.left(nowhere(fault('Usage', path, [`a file that ends in '${extname(path)}'`], `a module: ${Object.keys(loaders).join(', ')}`)));
  const file = resolve(path);
  return pipe(TE.tryCatch(() => access(file), (thrown) => nowhere(readFault(path, thrown))), TE.chain(() => loader(path, file, find)));
};

/** What a module exports. errors: those of `loadPlaced` */
export const loadModule = (path: string, find: Find = builderFor): TE.TaskEither<Fault, Exports> =>
  pipe(loadPlaced(path, find), TE.bimap(({ fault: refused }) => refused, ({ exports }) => exports));
