/**
 * Child: one run of ffmpeg, its standard output handed on piece by piece, and its end.
 * idea:  the pipe is read only when the taker is ready, so that ffmpeg waits for us and nothing piles up. The child leads a process group of
 *        its own: Ctrl-C in the terminal reaches molt alone, which decides, and what is killed is killed with its own children.
 * not:   a judgement of what ffmpeg says (log.ts reads it, reasons.ts judges).
 * source: https://nodejs.org/api/child_process.html (options.detached)
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';
import { codeOf } from '../io/system.ts';
import { type Log, logReader } from './log.ts';

/** How a run is watched. */
export interface Watch {
  /** when aborted, ffmpeg is killed and the fault is Interrupted */
  readonly signal?: AbortSignal | undefined;
  /** seconds in which something must come out of ffmpeg; 60 */
  readonly patience?: number | undefined;
  /** threads that ffmpeg decodes with; its own choice */
  readonly threads?: number | undefined;
}

/** A run that ended by itself. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly log: Log;
}

/** Everything that a run needs; `input` is how the arguments call the file, `where` how the user does. */
export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly where: string;
  readonly take: (bytes: Uint8Array) => void | Promise<void>;
  readonly watch: Watch;
}

const groups = process.platform !== 'win32';

const kill = (child: ChildProcess): void => {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    try {
      if (groups) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      child.kill('SIGKILL'); // it has just ended, or may not be signalled as a group
    }
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
};

const interrupted = (where: string): Fault => fault('Interrupted', where, ['asked to stop while reading it'], 'the whole work', 'run the same command again');

const stalled = (where: string, seconds: number): Fault =>
  fault('Corrupt', where, [`ffmpeg gave nothing for ${seconds} seconds and was ended`], 'a file that can be read and decoded', 'play it; if it is on a slow disk, copy it first');

const notStarted = (program: string, thrown: unknown): Fault =>
  fault('Unsupported', `ffmpeg ${program}`, [thrown instanceof Error ? thrown.message : String(thrown)], 'a program that can be started', 'check the path with `ffmpeg -version`, or name another one with --ffmpeg');

type Closing = { readonly code: number | null; readonly signal: string | null } | { readonly thrown: unknown };

/**
 * Runs ffmpeg to its end; `take` has each piece of its output before the next one is read.
 * errors: Interrupted, Corrupt (nothing came for `patience` seconds), Unsupported (it cannot be started), and what `take` throws
 */
export const run = ({ program, args, input, where, take, watch }: Run): TaskEither<Fault, Ended> => async () => {
  const { signal, patience = 60 } = watch;
  if (signal?.aborted === true) return left(interrupted(where));
  const state: { why: Fault | undefined } = { why: undefined };
  let child;
  try {
    // FFREPORT would make it write a file of its own
    child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: groups, windowsHide: true, env: { ...process.env, FFREPORT: undefined, AV_LOG_FORCE_NOCOLOR: '1' } });
  } catch (thrown) {
    return left(codeOf(thrown).startsWith('E') && !codeOf(thrown).startsWith('ERR_') ? notStarted(program, thrown) : faultOf(where, thrown));
  }
  const running = child;
  const end = (why: Fault): void => {
    state.why ??= why;
    kill(running);
  };
  const closing = new Promise<Closing>((resolve) => {
    running.once('error', (thrown) => resolve({ thrown }));
    running.once('close', (code, by) => resolve({ code, signal: by }));
  });
  const onAbort = (): void => end(interrupted(where));
  signal?.addEventListener('abort', onAbort, { once: true });
  const late = (): ReturnType<typeof setTimeout> => setTimeout(() => end(stalled(where, patience)), 1000 * patience);
  let timer = late();
  const log = logReader(input);
  running.stderr.on('data', log.push);
  try {
    for await (const bytes of running.stdout) {
      clearTimeout(timer);
      await take(bytes);
      timer = late();
    }
  } catch (thrown) {
    end(faultOf(where, thrown)); // a stream that `end` destroyed throws too: the first reason stands
  }
  const closed = await closing;
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  if ('thrown' in closed) return left(state.why ?? notStarted(program, closed.thrown));
  return state.why === undefined ? right({ ...closed, log: log.end() }) : left(state.why);
};
