/**
 * Progress of long work, reported through a callback.
 * idea:    the worker says how far it is, the caller decides what to show.
 */

/** `done` of `total` steps of `what` are finished; `what` is a plural noun such as `training clips`. */
export type Progress = (done: number, total: number, what: string) => void;

/** Lets timers and signals run: composition is long and synchronous. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
