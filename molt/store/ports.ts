/**
 * Ports: the store's outside world as Node has it.
 */
import { randomBytes } from 'node:crypto';
import { nodeProcesses, nodeStoreFiles, type StorePorts } from './system.ts';

/** Milliseconds between two signs of life of a claim. */
const beatMilliseconds = 10_000;

/** This process on this machine. */
export const nodePorts = async (): Promise<StorePorts> => ({
  files: nodeStoreFiles,
  processes: await nodeProcesses(),
  heartbeat: (beat) => {
    const timer = setInterval(beat, beatMilliseconds);
    timer.unref();
    return () => { clearInterval(timer); };
  },
  clock: Date.now,
  unique: () => randomBytes(6).toString('hex'),
});
