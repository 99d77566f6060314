/** How cores are shared among workers. */
import { expect, test } from 'vitest';
import { crewOf } from '../../../molt/demo/pool.ts';

test.each([
  [1, 18, { workers: 1, threads: 1 }],
  [2, 18, { workers: 2, threads: 1 }],
  [2, 1, { workers: 1, threads: 2 }],
  [4, 18, { workers: 4, threads: 1 }],
  [16, 18, { workers: 4, threads: 4 }],
  [3, 0, { workers: 1, threads: 3 }],
])('%i cores, %i jobs', (cores, jobs, crew) => expect(crewOf(cores, jobs)).toEqual(crew));
