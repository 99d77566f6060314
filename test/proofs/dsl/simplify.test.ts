/**
 * The laws of simplification: each rule with its mutant, and all rules together.
 */
import { simplifyLaws } from '../../../proofs/dsl/simplify.ts';
import { testLaws } from '../sound.ts';

testLaws(simplifyLaws(), 120);
