/**
 * Process: one running side, asked by lines and answering by lines.
 * not:   a timeout. A case that hangs is the user's to interrupt; a side that ends answers every question with its last words.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isRight } from 'fp-ts/lib/Either.js';
import { type Reply, replyCodec, type ReplyOf, type Request } from './protocol.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Running {
  /** @throws Error with the side's own words if it failed, or answered something else */
  readonly ask: <K extends Reply['is']>(request: Request, expected: K) => Promise<ReplyOf<K>>;
  /** seconds of processor time used so far, all threads; undefined where the system does not tell */
  readonly cpuSeconds: () => number | undefined;
  readonly quit: () => Promise<void>;
}

const isReply = <K extends Reply['is']>(reply: Reply, kind: K): reply is ReplyOf<K> => reply.is === kind;
/** The reply of a line; undefined for what a library says on standard output. A number that is not finite is no JSON. */
const parsed = (line: string): Reply | undefined => {
  if (!/^\{"is": ?"/.test(line)) return undefined;
  try {
    const reply = replyCodec.decode(JSON.parse(line));
    if (isRight(reply)) return reply.right;
  } catch {
    // told below
  }
  return { is: 'failed', why: `not a reply: ${line.slice(0, 300)}` };
};

/** utime and stime of /proc/PID/stat, in ticks of 10 ms. */
const cpuSeconds = (child: ChildProcess): number | undefined => {
  try {
    const fields = readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
};

export const start = (command: Command): Running => {
  const child = spawn(command.program, command.args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...command.env } });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => { words = `${words}${chunk.toString('utf8')}`.slice(-2000); });
  child.stdin.on('error', () => { words = `${words} (it reads no more)`; });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => { resolve(error.message); });
    child.once('close', (code, signal) => { resolve(`ended with ${signal ?? String(code)}: ${words.trim()}`); });
  });
  let waiting: ((reply: Reply) => void) | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = parsed(line);
    if (reply !== undefined) waiting?.(reply);
  });
  return {
    ask: async (request, expected) => {
      const answered = new Promise<Reply>((resolve) => { waiting = resolve; });
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const reply = await Promise.race([answered, ended.then((why): Reply => ({ is: 'failed', why }))]);
      if (isReply(reply, expected)) return reply;
      throw new Error(reply.is === 'failed' ? reply.why : `asked ${request.ask}, answered ${reply.is}`);
    },
    cpuSeconds: () => cpuSeconds(child),
    quit: async () => {
      if (child.exitCode === null && child.signalCode === null) child.stdin.write(`${JSON.stringify({ ask: 'quit' } satisfies Request)}\n`);
      await ended;
    },
  };
};
