/**
 * Help: the pages of the command line, made from the table of commands.
 */
import { usageOf, type Command } from './command.ts';
import { shown } from './flags.ts';
import { aligned } from './table.ts';

export type Commands = { readonly [name: string]: Command };

/** The page of one command. */
export const commandPage = (name: string, { summary, operands, flags, notes }: Command): string =>
  [
    `molt ${name}: ${summary}`,
    '',
    `usage: ${usageOf(name, operands, flags)}`,
    '',
    ...aligned(['left', 'left'], Object.entries(flags).map(([flag, spec]) => {
      const value = spec.absent?.value;
      return [`  ${shown(flag, spec)}`, typeof value === 'string' || typeof value === 'number' ? `${spec.about} (${value})` : spec.about];
    })),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');

/** The page of all commands. */
export const overview = (version: string, commands: Commands): string =>
  [
    `molt ${version}: typed tensor models, and mixtures of latent tokens for sound and sight`,
    '',
    'usage: molt COMMAND [operands] [flags]',
    '',
    ...aligned(['left', 'left'], Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary])),
    '',
    'molt COMMAND --help tells its flags. Exit codes: 0 ok, 1 a check failed, 2 wrong usage or input, 3 internal or',
    'environment, 130 interrupted after saving. NO_COLOR is respected.',
  ].join('\n');
