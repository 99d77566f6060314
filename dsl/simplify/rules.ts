/**
 * Rules: all equations, in the order in which they are tried at a node.
 */
import { arithmeticRules } from './arithmetic.ts';
import { constantRules } from './constants.ts';
import { contractionRules } from './contraction.ts';
import { layoutRules } from './layout.ts';
import { maskRules } from './masks.ts';
import { pieceRules } from './pieces.ts';
import type { Rule } from './rule.ts';
import { scaleRules } from './scales.ts';
import { stretchRules } from './stretch.ts';

/** Those that leave every einsum as it is. */
export const plainRules = { ...constantRules, ...maskRules, ...arithmeticRules, ...scaleRules, ...layoutRules, ...stretchRules, ...pieceRules } as const satisfies { readonly [name: string]: Rule };

export const rules = { ...plainRules, ...contractionRules } as const satisfies { readonly [name: string]: Rule };

export type RuleName = keyof typeof rules;
