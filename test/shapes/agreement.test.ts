/**
 * The compiler and the library agree: the same programs are accepted, with the same shapes.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openCompiler } from '../types/compiler.ts';
import { compare } from './agreement/compare.ts';
import { mutants } from './agreement/mutants.ts';
import { type OperationName, operationNames } from './agreement/operations.ts';
import { concrete, polymorphic, type Program, programs, type World } from './agreement/world.ts';

const compiler = openCompiler('test/shapes/agreement');
afterAll(() => compiler.close());

const sample = (world: World, numRuns: number, seed: number, names: readonly OperationName[] = operationNames): readonly Program<OperationName>[] => fc.sample(programs(world, names), { numRuns, seed });

test('concrete dims: a line is rejected by the compiler if and only if by the library', () => {
  const tally = compare(compiler, concrete, sample(concrete, 1000, 42));
  expect(tally.disagreements.slice(0, 5)).toEqual([]);
  // every operation is seen at work, and enough is rejected
  expect([...tally.byOperation.keys()].sort()).toEqual([...operationNames].sort());
  expect(tally.accepted).toBeGreaterThan(2000);
  expect(tally.rejected).toBeGreaterThan(1000);
  expect(tally.symbolic + tally.skipped).toBeLessThan(tally.accepted / 50);
});

test('polymorphic bodies: what the compiler accepts, the library accepts, for every choice of sizes', () => {
  const tally = compare(compiler, polymorphic, sample(polymorphic, 500, 7));
  expect(tally.disagreements.slice(0, 5)).toEqual([]);
  expect([...tally.byOperation.keys()].sort()).toEqual([...operationNames].sort());
  expect(tally.accepted).toBeGreaterThan(1000);
  expect(tally.rejected).toBeGreaterThan(500);
  expect(tally.symbolic + tally.open + tally.skipped).toBeLessThan(tally.accepted / 10);
});

describe('a wrong library is noticed', () => {
  for (const [name, { operations, mutant }] of Object.entries(mutants))
    test(name, () => {
      const tally = compare(compiler, concrete, sample(concrete, 50, 1, operations), mutant);
      expect(tally.disagreements).not.toEqual([]);
      expect(compare(compiler, concrete, sample(concrete, 50, 1, operations)).disagreements).toEqual([]);
    });
});
