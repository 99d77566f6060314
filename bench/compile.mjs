/**
 * The sources as plain JavaScript under .cache/bench/, file by file, so that what is measured is what is written now.
 * idea:  types are stripped, not checked: a half-written file elsewhere in the tree stops no measurement. A file is made again only when
 *        it is older than its source; each move is atomic, so that two runs at once do no harm.
 * not:   dist/ (tools/compile.mjs), which is checked and shipped; the code is the same.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';

const folders = ['shapes', 'dsl', 'proofs', 'molt', 'bench'];

const files = (root, under) =>
  readdirSync(join(root, under), { withFileTypes: true }).flatMap((entry) => {
    const path = join(under, entry.name);
    return entry.isDirectory() ? (entry.name === 'results' ? [] : files(root, path)) : [path];
  });

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1;
/** Relative imports carry `.ts` in the sources and `.js` here. */
const renamed = (code) => code.replace(/((?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+)\.ts(")/g, '$1$2.js$3');

/**
 * @param {string} root  the repository
 * @returns {Promise<string>} the folder that mirrors it
 */
export const compileBench = async (root) => {
  const to = join(root, '.cache', 'bench');
  await Promise.all(
    folders.flatMap((folder) => files(root, folder)).map(async (file) => {
      const isSource = file.endsWith('.ts');
      if (!isSource && /\.(mjs|md|py)$/.test(file)) return;
      const from = join(root, file);
      const target = join(to, isSource ? file.replace(/\.ts$/, '.js') : file);
      const time = timeOf(from);
      if (Math.abs(timeOf(target) - time) < 1) return;
      mkdirSync(dirname(target), { recursive: true });
      const beside = `${target}.${process.pid}`;
      if (isSource) writeFileSync(beside, renamed((await transform(readFileSync(from, 'utf8'), { loader: 'ts', format: 'esm', target: 'es2023', sourcefile: file })).code));
      else copyFileSync(from, beside);
      utimesSync(beside, time / 1000, time / 1000);
      renameSync(beside, target);
    }),
  );
  return to;
};
