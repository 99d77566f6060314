/**
 * `npm run sizes`: how long the source files are, per folder; fails past the hard stop.
 * idea:  size follows concepts per file; the aim (median 120 lines, 90 of 100 files within 300) is shown, the stop is
 *        enforced. A data table may be longer: it stands in `tables` with its reason.
 * source: the measured codebases in which a file is one concept (fast-check: median 53, p90 194; dfdx: 69, 284).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const stop = 500;
const aim = { median: 120, p90: 300 };
const folders = ['shapes', 'dsl', 'molt', 'proofs', 'bench', 'test', 'tools'];
/** Files past the stop, each with its reason. */
const tables = {};

const root = process.argv[2] ?? process.cwd();
const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : /\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
const lines = (path) => readFileSync(path, 'utf8').replace(/\n$/, '').split('\n').length;

/** The value below which a share of the sorted numbers lies (nearest rank). */
const quantile = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

const measured = folders
  .filter((folder) => existsSync(join(root, folder)))
  .map((folder) => ({
    folder,
    files: walk(join(root, folder))
      .map((path) => ({ path: relative(root, path).split(sep).join('/'), lines: lines(path) }))
      .sort((a, b) => a.lines - b.lines),
  }));

const row = (name, files) => {
  const sizes = files.map((file) => file.lines);
  const largest = files.at(-1);
  return [name, files.length, quantile(sizes, 0.5), quantile(sizes, 0.75), quantile(sizes, 0.9), largest?.lines ?? 0, largest?.path ?? '-'];
};
const sources = measured.filter(({ folder }) => folder !== 'test' && folder !== 'tools').flatMap(({ files }) => files).sort((a, b) => a.lines - b.lines);
const table = [['folder', 'files', 'median', 'p75', 'p90', 'max', 'largest'], ...measured.map(({ folder, files }) => row(folder, files)), row('sources', sources)];
const widths = table[0].map((_, column) => Math.max(...table.map((cells) => String(cells[column]).length)));
for (const cells of table) {
  console.log(cells.map((cell, column) => (column === 0 || column === 6 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]))).join('  ').trimEnd());
}
console.log(`aim for the sources: median ${aim.median}, p90 ${aim.p90}; hard stop ${stop}`);

const over = measured.flatMap(({ files }) => files).filter((file) => file.lines > stop && !(file.path in tables));
for (const file of over) console.error(`${file.path}: ${file.lines} lines, past ${stop}: split it by concept`);
for (const [path, why] of Object.entries(tables)) if (!existsSync(join(root, path))) console.error(`${path}: listed (${why}), but not there`);
process.exitCode = over.length > 0 ? 1 : 0;
