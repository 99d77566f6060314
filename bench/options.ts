/**
 * Options: the command line of the bench.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { cases } from './cases.ts';
import { memoryCase } from './memory/sizes.ts';
import { isSide, type SideName, sideNames } from './sides.ts';

export interface BenchOptions {
  readonly names: readonly string[];
  readonly rounds: number;
  readonly threads: number;
  readonly quick: boolean;
  /** measure nothing: bring README's table up to the results */
  readonly readme: boolean;
  readonly output: string | undefined;
  readonly date: string | undefined;
  readonly sides: readonly SideName[] | undefined;
  /** only sizes with this value of this letter */
  readonly only: readonly (readonly [letter: string, value: number])[];
}

/** What can be asked for. */
const caseNames = [...cases.map((c) => c.name), memoryCase.name];

export const help = `npm run bench [-- CASE… options]
  CASE               ${caseNames.join(', ')}; all of them if none is named
  --rounds N         turns of each side (5)
  --threads N        threads of each side that has a choice (all cores: ${cpus().length})
  --sides A,B        only these of ${sideNames.join(', ')}
  --only B=40        only sizes with this letter
  --quick            tiny sizes, one round: tries the harness
  --readme           measures nothing: writes the table of the results into README.md
  --output FOLDER    where results go (bench/results; with --quick .cache/bench-quick)
  --date TEXT        written into the results (today)
Python with PyTorch is named by the environment variable MOLT_PYTHON; without it that side is left out.
Exit codes: 0 measured, 1 a side did not agree or failed, 2 usage.
`;

const natural = (name: string, text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} ${text}: needs a positive integer`);
};

/** undefined: help was asked for. @throws Error with a sentence for the user */
export const readOptions = (argv: readonly string[]): BenchOptions | undefined => {
  const { values, positionals } = parseArgs({
    args: [...argv], allowPositionals: true,
    options: {
      rounds: { type: 'string' }, threads: { type: 'string' }, sides: { type: 'string' }, only: { type: 'string' }, output: { type: 'string' }, date: { type: 'string' },
      quick: { type: 'boolean', default: false }, readme: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const unknown = positionals.find((name) => !caseNames.includes(name));
  if (unknown !== undefined) throw new RangeError(`${unknown}: no such case; ${caseNames.join(', ')}`);
  const asked = values.sides?.split(',');
  const stranger = asked?.find((name) => !isSide(name));
  if (stranger !== undefined) throw new RangeError(`${stranger}: no such side; ${sideNames.join(', ')}`);
  return {
    names: positionals, quick: values.quick, readme: values.readme, output: values.output, date: values.date, sides: asked?.filter(isSide),
    rounds: natural('rounds', values.rounds ?? (values.quick ? '1' : '5')), threads: natural('threads', values.threads ?? String(cpus().length)),
    only: values.only === undefined ? [] : values.only.split(',').map((part) => { const [letter = '', value = ''] = part.split('='); return [letter, natural('only', value)] as const; }),
  };
};
