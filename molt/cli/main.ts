/**
 * Main: from a command line to an exit code.
 * idea:  every command is a row of one table; a fault is printed on stderr and its tag decides the exit code.
 * not:   the launcher (`molt.mjs`), which ends the process.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { exitCodes, fault, faultOf, printFault, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import { command, type Command } from './command.ts';
import { check } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { extract } from './commands/extract.ts';
import { init } from './commands/init.ts';
import { params } from './commands/params.ts';
import { pretrain } from './commands/pretrain.ts';
import { prove } from './commands/prove.ts';
import { run } from './commands/run.ts';
import { show } from './commands/show.ts';
import { taps } from './commands/taps.ts';
import { train } from './commands/train.ts';
import { commandPage, overview, type Commands } from './help.ts';
import { emphasised, processTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** The main job brings decoders and plotting: it is loaded when it is asked for. */
const demo = demoCommand(() => import('../demo/demo.ts'));

const work = { demo, init, check, diff, prove, extract, train, eval: evalCommand, taps, run, params, show, export: exportCommand, pretrain, doctor } as const satisfies Commands;

const named = (commands: Commands, name: string): Either<Fault, Command> => {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return found === undefined
    ? left(fault('Usage', `molt ${name}`, [`command ${name}${didYouMean(name, Object.keys(commands))}`], `one of ${Object.keys(commands).join(', ')}`, 'molt help'))
    : right(found);
};

const helpAbout = (commands: Commands, name: string | undefined): TE.TaskEither<Fault, string> =>
  name === undefined ? pipe(version, TE.map((v) => overview(v, commands))) : pipe(TE.fromEither(named(commands, name)), TE.map((found) => commandPage(name, found)));

const help = command({
  name: 'help',
  summary: 'tell about molt, or about one command',
  operands: { shown: '[COMMAND]', most: 1 },
  flags: {},
  run: ({ operands }, terminal) => pipe(helpAbout(commands, operands[0]), TE.map((page) => (terminal.out(page), 0))),
});

/** All commands. */
export const commands: Commands = { ...work, help };

/** What the first word asks for. */
const chosen = (argv: readonly string[], terminal: Terminal): TE.TaskEither<Fault, number> => {
  const [name = 'help', ...rest] = argv;
  if (name === '--version' || name === '-V') return pipe(version, TE.map((v) => (terminal.out(v), 0)));
  if (name === '--help' || name === '-h') return help.invoke(rest, terminal);
  const flagsOnly = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length);
  if (flagsOnly.includes('--help') || flagsOnly.includes('-h')) return pipe(helpAbout(commands, name), TE.map((page) => (terminal.out(page), 0)));
  return pipe(TE.fromEither(named(commands, name)), TE.chain((found) => found.invoke(rest, terminal)));
};

/** The command line on any terminal. Never rejects. */
export const mainOn = (terminal: Terminal) => async (argv: readonly string[]): Promise<number> => {
  const result = await TE.flatten(TE.tryCatch(async () => chosen(argv, terminal), (thrown) => faultOf('molt', thrown)))().catch((thrown: unknown) => left(faultOf(`molt ${argv[0] ?? ''}`, thrown)));
  if (!isLeft(result)) return result.right;
  terminal.err(emphasised(terminal, printFault(result.left)));
  return exitCodes[result.left._tag];
};

/** The command line of this process: its exit code. */
export const main = (argv: readonly string[]): Promise<number> => mainOn(processTerminal())(argv);
