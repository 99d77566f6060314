/**
 * Progress: how far long work is and how long it will take, on stderr.
 * idea:  a bar that redraws itself on a terminal, a plain line every few seconds elsewhere, nothing when quiet.
 * not:   required: without the package cli-progress a terminal gets plain lines too.
 */
import { silent, type Progress } from '../train/watch.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds between plain lines. */
const plainInterval = 5000;

/** `1 m 20 s` */
export const duration = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} m ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} m`;
};

interface Stage {
  readonly label: string;
  readonly total: number;
  readonly since: number;
}

/** Seconds that the rest will take at the pace so far, once anything is done. */
const left = ({ total, since }: Stage, done: number, now: number): number | undefined => (done > 0 ? ((now - since) / 1000 / done) * (total - done) : undefined);

const line = (stage: Stage, done: number, note: string, now: number): string => {
  const remaining = left(stage, done, now);
  const parts = [`${stage.label}: ${done}/${stage.total}`, note, remaining === undefined || done >= stage.total ? '' : `${duration(remaining)} left`];
  return parts.filter((part) => part !== '').join(', ');
};

/** A line at the start of a stage, at most one every few seconds, and one at its end. */
export const plain = (write: (text: string) => void, clock: () => number = Date.now): Progress => {
  let stage: Stage | undefined;
  let last = 0;
  let done = 0;
  const stop = (): void => {
    if (stage !== undefined) write(`${stage.label}: ${done}/${stage.total} in ${duration((clock() - stage.since) / 1000)}`);
    stage = undefined;
  };
  return {
    start: (label, total) => {
      stop();
      stage = { label, total, since: clock() };
      last = clock();
      done = 0;
      write(`${label}: ${total} steps`);
    },
    update: (now, note = '') => {
      done = now;
      if (stage === undefined || clock() - last < plainInterval) return;
      last = clock();
      write(line(stage, now, note, last));
    },
    say: write,
    stop,
  };
};

/** What of cli-progress is used. */
export interface Bar {
  readonly start: (total: number, done: number, words: object) => void;
  readonly update: (done: number, words: object) => void;
  readonly stop: () => void;
}

/** A bar for every stage; a line of text stands above it. */
export const bars = (make: () => Bar, write: (text: string) => void, clock: () => number = Date.now): Progress => {
  let running: { readonly bar: Bar; readonly stage: Stage } | undefined;
  let done = 0;
  const words = (stage: Stage, note: string): object => {
    const remaining = left(stage, done, clock());
    return { label: stage.label, note, left: remaining === undefined ? '' : `${duration(remaining)} left` };
  };
  const begin = (stage: Stage): void => {
    const bar = make();
    running = { bar, stage };
    bar.start(stage.total, done, words(stage, ''));
  };
  const stop = (): void => {
    running?.bar.stop();
    running = undefined;
  };
  return {
    start: (label, total) => {
      stop();
      done = 0;
      begin({ label, total, since: clock() });
    },
    update: (now, note = '') => {
      done = now;
      running?.bar.update(now, words(running.stage, note));
    },
    say: (text) => {
      const stage = running?.stage;
      stop();
      write(text);
      if (stage !== undefined) begin(stage);
    },
    stop,
  };
};

/** The progress that fits: silent when quiet, a bar on a terminal, lines elsewhere. */
export const progressOn = async (terminal: Terminal, quiet: boolean): Promise<Progress> => {
  if (quiet) return silent;
  const library = terminal.interactive ? await import('cli-progress').catch(() => undefined) : undefined;
  if (library === undefined) return plain(terminal.err);
  const { SingleBar, Presets } = library.default;
  const options = { format: '{label} {bar} {value}/{total} {left} {note}', stream: process.stderr, hideCursor: true, fps: 5, barsize: 24, gracefulExit: false };
  return bars(() => new SingleBar(options, Presets.shades_classic), terminal.err);
};
