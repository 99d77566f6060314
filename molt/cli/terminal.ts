/**
 * Terminal: where a command's text goes, as a value, so that commands run in a test as they do in a shell.
 * idea:  results on stdout, everything else on stderr; colour only on a terminal, and never against NO_COLOR.
 * source: https://no-color.org
 */

/** What of a stream is needed here. */
export interface Sink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
}

export interface Terminal {
  /** a line of the result */
  readonly out: (line: string) => void;
  /** a line beside it: progress, warnings, faults */
  readonly err: (line: string) => void;
  /** the stream of `err`, where progress may redraw its line */
  readonly errStream: Sink;
  readonly interactive: boolean;
  readonly color: boolean;
}

type Variables = { readonly [name: string]: string | undefined };

const wanted = (env: Variables, stream: Sink): boolean => {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true || (env['FORCE_COLOR'] ?? '') !== '';
};

export const terminalOf = (stdout: Sink, stderr: Sink, env: Variables): Terminal => ({
  out: (line) => void stdout.write(`${line}\n`),
  err: (line) => void stderr.write(`${line}\n`),
  errStream: stderr,
  interactive: stderr.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined,
  color: wanted(env, stderr),
});

/** A reader that closed the pipe (`molt show V | head`) has seen enough: that is no failure. */
const closedPipe = (thrown: Error): void => {
  if (!('code' in thrown) || thrown.code !== 'EPIPE') throw thrown;
  process.exit(0);
};

/** The terminal of this process. */
export const processTerminal = (): Terminal => {
  for (const stream of [process.stdout, process.stderr]) if (stream.listenerCount('error') === 0) stream.on('error', closedPipe);
  return terminalOf(process.stdout, process.stderr, process.env);
};

/** The first words of a fault stand out; everything else is the same with and without colour. */
export const emphasised = (terminal: Terminal, text: string): string => (terminal.color ? text.replace(/^[^:\n]*/, (title) => `\u001B[1;31m${title}\u001B[0m`) : text);
