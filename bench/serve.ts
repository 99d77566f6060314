/**
 * Serve: the loop of a side written in TypeScript: reads requests from standard input, answers on standard output.
 * idea:  a side says only how it prepares a job and how it does one iteration; timing, memory and errors are here, the same for all.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type Digest, type Job, type Reply, requestCodec } from './protocol.ts';

/** What a side can do once a job is prepared. */
export interface Prepared {
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly notes: readonly string[];
  /** bytes of activations kept for backward, if known */
  readonly saved: number | null;
  /** from the given weights: losses of two steps and digests of the first gradients; or digests of the outputs */
  readonly check: () => Promise<{ readonly losses: readonly number[]; readonly tensors: Readonly<Record<string, Digest>> }>;
  /** one iteration; what it took of it, in milliseconds by name, if known */
  readonly iterate: () => Promise<Readonly<Record<string, number>>>;
}
export type Side = (job: Job) => Promise<Prepared>;

/** A field of /proc/self/status in bytes; undefined where there is no such file. */
const statusBytes = (field: string): number | undefined => {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
    return found?.[1] === undefined ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
};

/** Resident bytes now, and at the highest. VmHWM starts at 0 with the program; ru_maxrss would begin at the parent's. */
export const memoryNow = (): { readonly now: number; readonly peak: number } => ({
  now: statusBytes('VmRSS') ?? process.memoryUsage().rss,
  peak: statusBytes('VmHWM') ?? process.resourceUsage().maxRSS * 1024,
});

const timed = async (prepared: Prepared, count: number): Promise<Reply> => {
  const ms: number[] = [];
  const parts: Record<string, number[]> = {};
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    const of = await prepared.iterate();
    ms.push(performance.now() - start);
    for (const [name, value] of Object.entries(of)) (parts[name] ??= []).push(value);
  }
  return { is: 'ran', ms, parts };
};

/** Serves until `quit` or the end of the input. */
export const serve = async (side: Side): Promise<void> => {
  const say = (reply: Reply): void => { process.stdout.write(`${JSON.stringify(reply)}\n`); };
  let prepared: Prepared | undefined;
  const answer = async (line: string): Promise<Reply | undefined> => {
    const request = requestCodec.decode(JSON.parse(line));
    if (isLeft(request)) return { is: 'failed', why: `not a request: ${line.slice(0, 200)}` };
    const asked = request.right;
    if (asked.ask === 'quit') return undefined;
    if (asked.ask === 'setup') {
      const start = performance.now();
      prepared = await side(asked.job);
      return { is: 'ready', versions: prepared.versions, threads: prepared.threads, notes: [...prepared.notes], seconds: (performance.now() - start) / 1000 };
    }
    if (prepared === undefined) return { is: 'failed', why: `${asked.ask} before setup` };
    if (asked.ask === 'run') return timed(prepared, asked.count);
    if (asked.ask === 'memory') return { is: 'memory', ...memoryNow(), saved: prepared.saved };
    const { losses, tensors } = await prepared.check();
    return { is: 'checked', losses: [...losses], tensors: { ...tensors } };
  };
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const reply = await answer(line);
      if (reply === undefined) break;
      say(reply);
    } catch (thrown) {
      say({ is: 'failed', why: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
    }
  }
  process.exit(0);
};
