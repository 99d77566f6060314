/**
 * MoLT's laws in double precision, block by block.
 */
import { ownAttentionLaws, ownCaLaws, ownCdaLaws, ownFdmLaws, ownRouterLaws, ownTdLaws, ownTfmLaws, ownTorLaws, ownUdaLaws } from '../../../proofs/molt/index.ts';
import { testLaws } from '../sound.ts';

testLaws([...ownAttentionLaws(), ...ownTdLaws(), ...ownUdaLaws(), ...ownCaLaws(), ...ownCdaLaws(), ...ownRouterLaws(), ...ownFdmLaws(), ...ownTfmLaws(), ...ownTorLaws()], 80);
