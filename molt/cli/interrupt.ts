/**
 * Interrupt: Ctrl-C as a value that long work looks at between steps.
 * idea:  the first Ctrl-C asks, so that the work saves and stops; the second one ends the process at once.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Interrupt } from '../train/watch.ts';
import type { Terminal } from './terminal.ts';

/** What of the process is needed here. */
export interface Signals {
  readonly on: (signal: 'SIGINT', handler: () => void) => unknown;
  readonly off: (signal: 'SIGINT', handler: () => void) => unknown;
  readonly exit: (code: number) => void;
}

/** Runs the work with an interrupt; the handler is gone when the work is done. */
export const interruptible =
  <A>(terminal: Terminal, work: (interrupt: Interrupt) => TaskEither<Fault, A>, signals: Signals = process): TaskEither<Fault, A> =>
  async () => {
    const state = { requested: false };
    const onSignal = (): void => {
      if (state.requested) return signals.exit(130);
      state.requested = true;
      terminal.err('\nstopping after this step and saving; Ctrl-C again to stop at once');
    };
    signals.on('SIGINT', onSignal);
    try {
      return await work(state)();
    } finally {
      signals.off('SIGINT', onSignal);
    }
  };
