/**
 * How the tests run: two processes at most, each file in a fresh one, tests of a file in a shuffled but fixed order.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    sequence: { shuffle: { files: false, tests: true }, seed: 1 },
    reporters: [['default', { summary: false }], './tools/test/reporter.mjs'],
  },
});
