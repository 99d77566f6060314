/**
 * The task heads against PyTorch (test/golden/heads_reference.py), and their published counts.
 */
import { expect, test } from 'vitest';
import { avqa, avqaLoss, publishedAvqa } from '../../../molt/heads/avqa.ts';
import { cmbs, cmbsLoss } from '../../../molt/heads/cmbs.ts';
import { publishedTemporal, temporal } from '../../../molt/heads/temporal.ts';
import { countDeclared, declaredOf, input, inputIndices, instantiate, type SomeBlock, unwrap } from '../../../dsl/index.ts';
import { dim } from '../../../shapes/index.ts';
import { type GoldenCase, testGoldens } from '../goldens.ts';

const small = { v: dim(10), a: dim(6), e: dim(7), f: dim(5), r: dim(3), s: dim(4), d: dim(8), h: dim(2), k: dim(4), m: dim(9) } as const;

const cmbsCase = (): GoldenCase => {
  const [b, t, c] = [dim(3), dim(5), dim(6)];
  const block = cmbs(small, c);
  const out = instantiate(block)(input('visual', b, t, small.v), input('audio', b, t, small.a));
  const loss = unwrap(cmbsLoss(out, input('foreground', b, t), inputIndices('event', c, b)));
  return { declared: declaredOf(block), outputs: new Map([['foreground', unwrap(out.foreground)], ['event', unwrap(out.event)], ['highest', unwrap(out.highest)], ['loss', loss]]), objective: loss };
};

const avqaCase = (): GoldenCase => {
  const sizes = { words: dim(9), a: dim(4), d: dim(6), h: dim(2), k: dim(3), c: dim(5), x: dim(7), y: dim(5), z: dim(4) } as const;
  const [b, t, n] = [dim(2), dim(3), dim(5)];
  const block = avqa(sizes);
  const out = instantiate(block)({ question: inputIndices('question', sizes.words, b, dim(4)), visual: input('visual', b, t, n, sizes.d), other: input('other', b, t, n, sizes.d), audio: input('audio', b, t, sizes.a) });
  const loss = unwrap(avqaLoss(out, inputIndices('answer', sizes.c, b), inputIndices('belongs', dim(2), b, t), inputIndices('foreign', dim(2), b, t)));
  return { declared: declaredOf(block), outputs: new Map([['answer', unwrap(out.answer)], ['match', unwrap(out.match)], ['mismatch', unwrap(out.mismatch)], ['loss', loss]]), objective: loss };
};

testGoldens('heads', { cmbs: cmbsCase, avqa: avqaCase });

const weights = <F>(block: SomeBlock<F>): number => countDeclared(declaredOf(block).values()).total;

test('CMBS of AVMoE on Swin-V2-L and HTS-AT has the published number of weights', () => {
  const sizes = publishedTemporal(dim(1536), dim(768));
  expect(weights(temporal(sizes))).toBe(12_071_554);
  expect(weights(cmbs(sizes, dim(28)))).toBe(12_093_399);
});

test('the head of AVQA on Swin-V2-L and HTS-AT has the published number of weights', () => {
  expect(weights(avqa(publishedAvqa(dim(768), dim(1536), dim(384))))).toBe(70_415_532);
});
