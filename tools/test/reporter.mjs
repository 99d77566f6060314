/**
 * A vitest reporter that counts: `N passed, N failed` alone on the last line, or into a file for tools/test/run.mjs.
 * idea:  what is broken outside a test (a file that does not load, an unhandled rejection) counts as a failure too.
 */
import { writeFileSync } from 'node:fs';
import { summary } from './summary.mjs';

export default class Counts {
  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
    }
    const into = process.env.MOLT_TEST_COUNTS;
    if (into === undefined) console.log(summary(counts));
    else writeFileSync(into, JSON.stringify(counts));
  }
}
