/**
 * Main: runs the cases asked for, writes results and tables.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Case, cases, quickCases, type Size } from './cases.ts';
import { load, machine } from './machine.ts';
import { measure, type SizeResult } from './measure.ts';
import { asPredicted, runMemory } from './memory/run.ts';
import { memoryCase } from './memory/sizes.ts';
import { memoryTable } from './memory/table.ts';
import { type BenchOptions, help, readOptions } from './options.ts';
import type { Job } from './protocol.ts';
import { readmeTable, withBlock } from './readme.ts';
import { readResults, type Results } from './results.ts';
import { caseTable, wholeTable } from './table.ts';

const built = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text: string): void => { process.stderr.write(`${text}\n`); };

/** The job with its files, which are made unless sizes before it had the same weights. */
const seeded = (size: Size, threads: number, folder: string): Job => {
  const { batch: _, ...model } = size.job;
  const digest = createHash('sha256').update(JSON.stringify({ ...model, kind: model.kind === 'block' ? 'block' : 'molt' })).digest('hex').slice(0, 12);
  const job: Job = { ...size.job, threads, weights: join(folder, `${digest}.weights.safetensors`), inputs: join(folder, `inputs.safetensors`) };
  const made = spawnSync(process.execPath, [join(built, 'bench', 'seed.js'), JSON.stringify(job)], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the inputs could not be made: ${made.stderr}`);
  return job;
};

const dateOf = ({ date }: BenchOptions): string => date ?? new Date().toISOString().slice(0, 10);

const run = async (one: Case, options: BenchOptions, root: string, folder: string): Promise<Results> => {
  const before = load();
  const sizes: SizeResult[] = [];
  for (const size of one.sizes.filter((s) => options.only.every(([letter, value]) => s.letters[letter] === value))) {
    say(`${one.name} ${Object.entries(size.letters).map(([l, v]) => `${l} = ${v}`).join(', ')}`);
    const taking = { ...size, sides: options.sides === undefined ? size.sides : options.sides };
    sizes.push(await measure(taking, seeded(size, options.threads, folder), { rounds: options.rounds, patience: one.patience ?? 15, turn: options.quick ? 0 : 400, built, root, say }));
  }
  return {
    schemaVersion: 1, case: one.name, about: one.about, quick: options.quick, date: dateOf(options), threads: options.threads, rounds: options.rounds,
    machine: machine(), load: { before, after: load() }, sizes,
  };
};

const resultsIn = (folder: string): readonly Results[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => readResults(name, readFileSync(join(folder, name), 'utf8'))) : [];

/** Training memory, in a folder of its own. Whether engines held what was predicted. */
const memory = (options: BenchOptions, root: string, to: string): boolean => {
  say(memoryCase.name);
  const results = runMemory({ quick: options.quick, date: dateOf(options), only: options.only, sides: options.sides, built, root, say });
  const folder = join(to, 'memory');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${memoryCase.name}.json`), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(folder, 'table.md'), memoryTable(results));
  process.stdout.write(memoryTable(results));
  return asPredicted(results) && results.rows.length > 0;
};

/** README's block, from the results of a folder. */
const writeReadme = (root: string, folder: string): void => {
  const path = join(root, 'README.md');
  writeFileSync(path, withBlock(readFileSync(path, 'utf8'), readmeTable(resultsIn(folder))));
};

/** @returns the exit code */
export const main = async (argv: readonly string[], root: string): Promise<number> => {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(argv);
  } catch (mistake) {
    say(mistake instanceof Error ? mistake.message : String(mistake));
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const { names, quick, output } = options;
  const to = output ?? (quick ? join(root, '.cache', 'bench-quick') : join(root, 'bench', 'results'));
  if (options.readme) {
    writeReadme(root, to);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'molt-bench-'));
  const clear = (): void => { rmSync(folder, { recursive: true, force: true }); };
  // sides end by themselves when nobody asks any more
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { clear(); process.exit(130); });
  let broken = false;
  try {
    mkdirSync(to, { recursive: true });
    for (const one of (quick ? quickCases : cases).filter((c) => names.length === 0 || names.includes(c.name))) {
      const results = await run(one, options, root, folder);
      writeFileSync(join(to, `${one.name}.json`), `${JSON.stringify(results, null, 1)}\n`);
      process.stdout.write(`${caseTable(results)}\n`);
      broken ||= results.sizes.some((s) => s.sides.length === 0 || Object.values(s.absent).some((why) => why.startsWith('does not agree')));
    }
    if (names.length === 0 || names.includes(memoryCase.name)) broken = !memory(options, root, to) || broken;
    if (names.some((name) => name !== memoryCase.name) || names.length === 0) writeFileSync(join(to, 'table.md'), wholeTable(resultsIn(to)));
  } finally {
    clear();
  }
  return broken ? 1 : 0;
};
