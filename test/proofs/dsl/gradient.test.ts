/**
 * Every primitive's gradient against central differences.
 */
import { ownGradientLaws } from '../../../proofs/dsl/gradient.ts';
import { testLaws } from '../sound.ts';

testLaws(ownGradientLaws(), 60);
