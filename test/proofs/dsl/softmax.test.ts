/**
 * The laws of softmax hold for ours, and reject what is not one.
 */
import { ownSoftmaxLaws } from '../../../proofs/dsl/softmax.ts';
import { testLaws } from '../sound.ts';

testLaws(ownSoftmaxLaws());
