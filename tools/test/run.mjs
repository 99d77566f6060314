/**
 * `npm test`: lint, types under TypeScript 7 and 6, then the tests; the last line is `N passed, N failed`.
 * idea:  a check of the whole tree (lint, types) counts as one test. All of them run, so that one pass shows every
 *        failure. Arguments go to vitest: `npm test -- test/shapes` runs the checks and those tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { summary } from './summary.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const require = createRequire(join(root, 'package.json'));
/** The script behind a package's command: run by this same node, no shell and no PATH between. */
const bin = (name, command = name) => {
  const at = require.resolve(`${name}/package.json`);
  const declared = JSON.parse(readFileSync(at, 'utf8')).bin;
  return join(dirname(at), typeof declared === 'string' ? declared : declared[command]);
};
const node = (args, env = {}) => spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status ?? 1;

const checks = [
  { name: 'lint', args: [bin('oxlint'), '--deny-warnings'] },
  { name: 'types (TypeScript 7)', args: [bin('@typescript/native', 'tsc'), '--noEmit'] },
  { name: 'types (TypeScript 6)', args: [bin('typescript', 'tsc6'), '--noEmit'] },
];

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { name, args } of checks) {
  const start = performance.now();
  const ok = node(args) === 0;
  counts[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

const folder = mkdtempSync(join(tmpdir(), 'molt-test-'));
try {
  const file = join(folder, 'counts.json');
  const status = node([bin('vitest'), 'run', ...process.argv.slice(2)], { MOLT_TEST_COUNTS: file });
  const seen = (() => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return { passed: 0, failed: 0, skipped: 0 };
    }
  })();
  counts.passed += seen.passed;
  counts.skipped += seen.skipped;
  // vitest may refuse to start, or fail for a reason of its own: that is a failure as well
  counts.failed += status !== 0 && seen.failed === 0 ? 1 : seen.failed;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(summary(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
