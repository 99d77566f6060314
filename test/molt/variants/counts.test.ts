/**
 * Every rival at full size: numbers of weights to the last digit, and costs without running anything.
 * source: the released models for AVE on Swin-V2-L with itself or with HTS-AT
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { countDeclared } from '../../../dsl/index.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { systemOf } from '../../../molt/variants/system.ts';
import { publishedFrozen } from '../../../molt/variants/trunks.ts';
import { type Fault, printFault } from '../../../shapes/index.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const htsat = { visual: 'swinv2-large-w12-192', audio: 'htsat' };
const shared = { visual: 'swinv2-large-w12-192', shared: true };
const variantOf = (adapter: object, backbones: object, task: object) => orFail(decodeVariant('v.json', { schemaVersion: 1, name: 'v', backbones, adapter, task: { kind: 'ave', ...task } }));

test.each([
  ['LAVisH, one Swin', { kind: 'lavish' }, shared, { head: 'linear', hidden: 512 }, 10_036_061, 238_808_610],
  ['LAVisH, Swin and HTS-AT', { kind: 'lavish' }, htsat, { head: 'cmbs-dg-sct' }, 114_766_311, 374_864_003],
  ['DG-SCT', { kind: 'dg-sct' }, htsat, { head: 'cmbs-dg-sct' }, 201_160_647, 461_258_339],
  ['AVMoE, 1 + 1 experts', { kind: 'avmoe', setting: 'avmoe-ave-1+1' }, htsat, { head: 'cmbs' }, 124_089_687, 384_187_379],
])('%s: trainable weights and published total', (_, adapter, backbones, task, trainable, total) => {
  const variant = variantOf(adapter, backbones, task);
  const count = countDeclared(orFail(systemOf(variant, 1)).declared);
  const { backbones: named } = variant;
  if (named === undefined) throw new Error('no trunks');
  const frozen = publishedFrozen(named);
  expect(count.trainable).toBe(trainable);
  expect(frozen.total).toBe('shared' in backbones ? 228_772_549 : 260_097_692);
  expect(frozen.trunks + frozen.unused).toBe(frozen.total);
  expect(count.trainable + frozen.total).toBe(total);
  // running statistics of a batch norm are not weights
  expect(count.frozen - frozen.trunks).toBe('shared' in backbones ? 0 : 128);
});
