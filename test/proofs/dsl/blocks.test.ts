/**
 * The laws of blocks, of freezing, of the fused primitives and of the random generator.
 */
import { blockLaws } from '../../../proofs/dsl/block.ts';
import { ownFrozenLaws } from '../../../proofs/dsl/frozen.ts';
import { fusedLaws } from '../../../proofs/dsl/fused.ts';
import { randomLaws } from '../../../proofs/dsl/random.ts';
import { testLaws } from '../sound.ts';

testLaws([...blockLaws(), ...ownFrozenLaws(), ...fusedLaws()], 100);
testLaws(randomLaws(), 60);
