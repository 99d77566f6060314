/**
 * Watch: what long work tells, and is asked, while it runs.
 * idea:  training knows no terminal and no signals: it reports steps to a `Progress` and looks at an `Interrupt` between them.
 */

/** One stage of work at a time. */
export interface Progress {
  /** begins a stage of `total` steps; a stage that still runs is ended */
  readonly start: (label: string, total: number) => void;
  /** `done` of the stage's steps are finished; `note` is a few words, such as the loss */
  readonly update: (done: number, note?: string) => void;
  /** a line of its own */
  readonly say: (line: string) => void;
  /** ends the stage */
  readonly stop: () => void;
}

/** Tells nobody. */
export const silent: Progress = { start: () => {}, update: () => {}, say: () => {}, stop: () => {} };

/** Whether to save and stop; looked at between steps. */
export interface Interrupt {
  readonly requested: boolean;
}

/** Never stops. */
export const uninterrupted: Interrupt = { requested: false };

/** A pass over many batches, watched. */
export interface Watched {
  readonly onStep: (done: number, total: number) => void;
  /** polled before every batch; true ends the pass */
  readonly interrupted: () => boolean;
}

/** Goes on to its end, and tells nobody. */
export const unwatched: Watched = { onStep: () => {}, interrupted: () => false };

/** For work that names its stage at every step: a stage begins when its name changes. */
export const staged = (progress: Progress): ((done: number, total: number, what: string) => void) => {
  let stage = '';
  return (done, total, what) => {
    if (what !== stage) progress.start(what, total);
    stage = what;
    progress.update(done);
  };
};
