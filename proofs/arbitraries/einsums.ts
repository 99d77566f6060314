/**
 * Einsums: random contractions of one to four operands, with repeated axes, axes of size 1, and results of any rank.
 * idea:  axes are drawn from five names with sizes of the tiny pool; operands and output pick from them, so every one fits.
 */
import fc from 'fast-check';
import { nodes } from '../../dsl/index.ts';
import { given, type Subject } from '../subject.ts';
import { size } from './sizes.ts';

const axes = 5;

const einsumOf = (operand: fc.Arbitrary<readonly number[]>, dims: fc.Arbitrary<number>): fc.Arbitrary<Subject> =>
  fc
    .record({ sizes: fc.array(dims, { minLength: axes, maxLength: axes }), inputs: fc.array(operand, { minLength: 1, maxLength: 4 }) })
    .chain(({ sizes, inputs }) =>
      fc.shuffledSubarray([...new Set(inputs.flat())]).map((output) => ({
        inputs: inputs.map((names) => given(names.map((axis) => sizes[axis] ?? 1))),
        apply: (...xs) => [nodes.einsum(inputs, output, xs)],
      })),
    );

const axis = fc.nat({ max: axes - 1 });

/** Any contraction, diagonals and traces among them. */
export const einsums: fc.Arbitrary<Subject> = einsumOf(fc.array(axis, { maxLength: 3 }), size);
/** The same with axes of size 0 among them: a sum over nothing is 0. */
export const emptyEinsums: fc.Arbitrary<Subject> = einsumOf(fc.array(axis, { maxLength: 3 }), fc.constantFrom(0, 1, 2));
