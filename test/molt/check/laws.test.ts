/** The laws of variants: they hold for every kind at a small size, refuse their mutants, and catch an adapter that mixes samples. */
import { expect, test } from 'vitest';
import { lawsAbout } from '../../../molt/cli/check/laws.ts';
import { smokeTraining } from '../../../molt/cli/check/smoke.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { shrunk } from '../../../molt/variants/shrunk.ts';
import type { Variant } from '../../../molt/variants/variant.ts';
import { checkLaws, printReport, sound } from '../../../proofs/index.ts';
import { variantLaws } from '../../../proofs/molt/variant.ts';

const variantOf = (adapter: object, shared = false): Variant => {
  const backbones = shared ? { visual: 'swinv2-tiny64', shared } : { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' };
  const found = decodeVariant('a.json', { schemaVersion: 1, name: 'a', backbones, adapter: { tokens: 2, reduction: 2, groups: 2, ...adapter }, task: { kind: 'ave' } });
  const other = decodeVariant('a.json', { schemaVersion: 1, name: 'a', backbones, adapter, task: { kind: 'ave' } });
  if (found._tag === 'Right') return found.right;
  if (other._tag === 'Right') return other.right;
  throw new Error(JSON.stringify(other.left));
};

const kinds = {
  molt: variantOf({ kind: 'molt' }), 'molt, gates': variantOf({ kind: 'molt', mix: 'pooled-channel', share: 'layer', fusion: { kind: 'gates' } }),
  mettle: variantOf({ kind: 'mettle' }), none: variantOf({ kind: 'none' }), lavish: variantOf({ kind: 'lavish' }), 'lavish, shared': variantOf({ kind: 'lavish' }, true),
  'dg-sct': variantOf({ kind: 'dg-sct' }), avmoe: variantOf({ kind: 'avmoe' }), 'avmoe over tokens, balanced': variantOf({ kind: 'avmoe', setting: 'avmoe-ms3' }),
  'lavish, its own stream alone': variantOf({ kind: 'lavish', mode: 'uni-modal-linear', gate: 'visual-after' }),
} as const;

test.each(Object.entries(kinds))('%s: every law holds and refuses its mutants', async (_, variant) => {
  const reports = await checkLaws(variantLaws(shrunk(variant)).map(({ law }) => law), { seed: 1, runs: 5 })();
  expect(reports.length).toBeGreaterThan(3);
  expect(reports.filter((report) => !sound(report)).map(printReport)).toEqual([]);
});

test("AVMoE's released self-attention over the batch is caught, with a sample to replay", async () => {
  const found = await lawsAbout(variantOf({ kind: 'avmoe', setting: 'avmoe-s4' }))();
  expect(found).toMatchObject({ _tag: 'Right', right: { held: 3, broken: [{ rule: 'MOLT201', id: 'batch.neighbours' }, { rule: 'MOLT201', id: 'batch.alone' }] } });
});

test('where nothing is ours there is no law, and nothing trained there is no training', async () => {
  expect(await lawsAbout(variantOf({ kind: 'norm-only' }))()).toMatchObject({ _tag: 'Left', left: { _tag: 'Unsupported' } });
});

test.each([['molt', kinds.molt], ['mettle', kinds.mettle], ['none', kinds.none]] as const)('%s: a few steps lower the loss, the same each time', async (_, variant) => {
  const [one, other] = [await smokeTraining(variant, 4)(), await smokeTraining(variant, 4)()];
  expect(one).toEqual(other);
  expect(one._tag === 'Right' && one.right.last < one.right.first && one.right.steps === 4).toBe(true);
});
