/**
 * Cases of all rules: a rule without one does not compile.
 */
import type { RuleName } from '../../../dsl/simplify/index.ts';
import { arithmeticCases } from './arithmetic.ts';
import type { RuleCase } from './case.ts';
import { constantCases } from './constants.ts';
import { contractionCases } from './contraction.ts';
import { layoutCases, stretchCases } from './layout.ts';
import { maskCases } from './masks.ts';
import { pieceCases } from './pieces.ts';
import { scaleCases } from './scales.ts';

export const cases: { readonly [R in RuleName]: RuleCase } = { ...constantCases, ...maskCases, ...arithmeticCases, ...scaleCases, ...layoutCases, ...stretchCases, ...pieceCases, ...contractionCases };
