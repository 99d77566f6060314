/**
 * Machine: where and when something was measured, and how busy it was besides.
 */
import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}
export const machine = (): Machine => ({ processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), system: `${process.platform} ${process.arch}` });

/** Runnable processes, averaged over one minute. */
export const load = (): number => loadavg()[0] ?? 0;

/** Seconds of processor time that all processes used since the start of the machine. */
export const busySeconds = (): number => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
