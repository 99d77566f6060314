/** The sample variants: every rival, every position, every reading; all decode, none twice, and their tiny versions build. */
import { basename } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { countDeclared } from '../../../dsl/index.ts';
import { decodeVariant, encodeVariant } from '../../../molt/variants/codec.ts';
import { shrunk } from '../../../molt/variants/shrunk.ts';
import { systemOf } from '../../../molt/variants/system.ts';
import { isMolt, type Variant } from '../../../molt/variants/variant.ts';
import { printFault } from '../../../shapes/fault.ts';
import { decoded, samples } from './samples.ts';

const all: readonly Variant[] = samples.map(decoded);
/** what `molt check variants/*.json` is about */
const localisation: readonly Variant[] = all.filter((_, i) => samples[i]?.name === basename(samples[i]?.name ?? ''));
const distinct = (of: (variant: Variant) => unknown): readonly unknown[] => [...new Set(localisation.map(of))].toSorted();

test('every kind of adapter, position and reading', () => {
  expect(localisation.length).toBeGreaterThanOrEqual(24);
  expect(all.map(({ name }) => name)).toEqual(samples.map(({ name }) => basename(name, '.json')));
  expect(distinct((v) => v.adapter.kind)).toEqual(['avmoe', 'dg-sct', 'lavish', 'mettle', 'molt', 'none', 'norm-only']);
  expect(distinct((v) => (isMolt(v) ? v.backbones?.position.join('+') : 'late'))).toEqual(['early', 'early+late', 'early+middle', 'early+middle+late', 'late', 'middle', 'middle+late']);
  for (const [option, values] of [['mix', ['pooled-channel', 'token']], ['share', ['all', 'layer', 'none']]] as const)
    expect(distinct((v) => (isMolt(v) ? v.adapter[option] : values[0]))).toEqual(values);
  expect(distinct((v) => (isMolt(v) ? v.adapter.fusion.kind : 'mlp'))).toEqual(['average', 'gates', 'mlp']);
  expect(distinct((v) => (isMolt(v) ? v.adapter.fusion.over : 'token'))).toEqual(['layer', 'token']);
  expect(distinct((v) => (isMolt(v) ? v.adapter.tor.scale : 'mean'))).toEqual(['mean', 'sum']);
  expect(new Set(all.map((v) => JSON.stringify({ ...v, name: '', budgets: {} }))).size).toBe(all.length);
});

test.each(all.map((variant) => [variant.name, variant] as const))('%s: decode ∘ encode, and a tiny version that builds', (_, variant) => {
  expect(decodeVariant('again', JSON.parse(JSON.stringify(encodeVariant(variant))))).toMatchObject({ _tag: 'Right', right: variant });
  const small = shrunk(variant);
  const again = decodeVariant('tiny', JSON.parse(JSON.stringify(encodeVariant(small))));
  expect(isLeft(again) ? printFault(again.left) : again.right).toEqual(small);
  const system = systemOf(small, 2);
  if (isLeft(system)) throw new Error(printFault(system.left));
  const { trainable } = countDeclared(system.right.declared);
  expect(system.right.gradients).toHaveLength(system.right.declared.filter((d) => d.trainable).length);
  expect(trainable).toBeLessThan(4_000_000);
});
