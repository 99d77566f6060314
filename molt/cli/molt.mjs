#!/usr/bin/env node
/**
 * The command `molt`. In a checkout it compiles the sources first when they changed; in the package it just starts.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const checkout = existsSync(join(root, 'tsconfig.build.json'));

const compiled = async () => {
  if (!checkout) return true;
  const { ensureCompiled } = await import('../../tools/compile.mjs');
  const { ok, text } = ensureCompiled(root, () => process.stderr.write('molt: compiling…\n'));
  if (!ok) process.stderr.write(`${text}molt: the sources do not compile\n`);
  return ok;
};

try {
  if (await compiled()) {
    const { main } = await import('../../dist/molt/cli/main.js');
    process.exitCode = await main(process.argv.slice(2));
  } else {
    process.exitCode = 3;
  }
} catch (defect) {
  process.stderr.write(`molt: a defect, please report it\n${defect instanceof Error ? defect.stack : String(defect)}\n`);
  process.exitCode = 3;
}
