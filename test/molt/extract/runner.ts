/**
 * `molt extract` as a process of its own, for tests that kill it.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { extract } from '../../../molt/cli/commands/extract.ts';
import { processTerminal } from '../../../molt/cli/terminal.ts';
import { printFault } from '../../../shapes/fault.ts';

const terminal = processTerminal();
const result = await extract.invoke(process.argv.slice(2), terminal)();
if (isLeft(result)) terminal.err(printFault(result.left));
process.exitCode = isLeft(result) ? 3 : result.right;
