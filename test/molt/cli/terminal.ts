/**
 * A terminal for tests: a command line in, its exit code and both texts out.
 */
import { mainOn } from '../../../molt/cli/main.ts';
import { terminalOf, type Terminal } from '../../../molt/cli/terminal.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal that keeps what it is told. */
export const recorder = (env: { readonly [name: string]: string } = {}, isTTY = false): { readonly terminal: Terminal; readonly out: () => string; readonly err: () => string } => {
  const texts = { out: '', err: '' };
  const terminal = terminalOf({ write: (text) => (texts.out += text), isTTY }, { write: (text) => (texts.err += text), isTTY }, env);
  return { terminal, out: () => texts.out, err: () => texts.err };
};

/** Runs `molt` with these words, in this process. */
export const molt = async (...argv: readonly string[]): Promise<Outcome> => {
  const { terminal, out, err } = recorder();
  const code = await mainOn(terminal)(argv);
  return { code, out: out(), err: err() };
};

export const golden = (name: string, file: string): string => `test/golden/molt/${name}/${file}`;
