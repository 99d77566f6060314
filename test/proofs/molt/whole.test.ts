/**
 * MoLT as a whole, for drawn variants; and on frozen trunks.
 */
import { trunkLaws, wholeLaws } from '../../../proofs/molt/index.ts';
import { testLaws } from '../sound.ts';

testLaws(wholeLaws(), 60);
// structure only, and the same for every sample of a size: few are needed
testLaws(trunkLaws(), 6);
