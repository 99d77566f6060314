/**
 * The laws of safetensors on ours.
 */
import { safetensorsLaws } from '../../../proofs/dsl/safetensors.ts';
import { testLaws } from '../sound.ts';

testLaws(safetensorsLaws(), 300);
