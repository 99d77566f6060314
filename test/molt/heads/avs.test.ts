/**
 * The decoders of masks against PyTorch (test/golden/avs_reference.py), their published counts, and what they do not depend on.
 */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { avs, gated, projected, publishedAvs } from '../../../molt/heads/avs.ts';
import { allFramesLoss, firstFrameLoss } from '../../../molt/heads/avs-loss.ts';
import { conv3x3, convolution } from '../../../molt/heads/convolution.ts';
import { fpn } from '../../../molt/heads/fpn.ts';
import { type Gates, gating } from '../../../molt/heads/gating.ts';
import { lavishAvs, publishedLavishAvs } from '../../../molt/heads/lavish-avs.ts';
import { pixels } from '../../../molt/heads/masks.ts';
import { resize, resizeMatrix } from '../../../molt/heads/resize.ts';
import { four, type Scales } from '../../../molt/heads/scales.ts';
import { tpavi } from '../../../molt/heads/tpavi.ts';
import { bicubicMatrix } from '../../../molt/backbones/spectrogram.ts';
import { both } from '../../../molt/modality.ts';
import { block, countDeclared, declaredOf, initialise, input, instantiate, linear, type Node, nodes, ones, opaque, param, random, rearrange, sigmoid, type SomeBlock, unwrap } from '../../../dsl/index.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { dim, type Dim, type DimOf, type Tensor } from '../../../shapes/index.ts';
import { type GoldenCase, inTraining, testGoldens } from '../goldens.ts';

/** A block and what it gives; the objective is Σ mean(out²), which the Python side differentiates. */
const caseOf = <F>(made: SomeBlock<F>, outputs: Readonly<Record<string, Node>>): GoldenCase => {
  const power = (x: Node): Node => nodes.scale(nodes.sumAxes(nodes.map('square', x), x.sizes.map((_, axis) => axis)), 1 / x.sizes.reduce((a, size) => a * size, 1));
  const objective = Object.values(outputs).map(power).reduce((a, x) => nodes.add(a, x));
  return { declared: declaredOf(made), outputs: new Map([...Object.entries(outputs), ['loss', objective]]), objective };
};

const convolutionCase = (): GoldenCase => {
  const made = opaque(block({ plain: convolution(dim(3), dim(4)), wide: convolution(dim(3), dim(2), 3) }, (p) => p));
  const [x, { plain, wide }] = [input('x', dim(2), dim(2), dim(5), dim(7), dim(3)), instantiate(made)];
  return caseOf(made, { plain: unwrap(plain(x)), wide: unwrap(wide(x)) });
};

const resizeCase = (): GoldenCase => {
  const six = dim(6);
  const made = opaque(block({ picture: param(ones, dim(2), six, six, dim(3)) }, (p) => ({ x: p.picture })));
  const { x } = instantiate(made);
  return caseOf(made, {
    cubic: unwrap(resize(six, dim(7), { kernel: 'cubic', corners: 'halfway' })(x)),
    shrunk: unwrap(resize(six, dim(4), { kernel: 'cubic', corners: 'halfway' })(x)),
    'cubic-aligned': unwrap(resize(six, dim(9), { kernel: 'cubic', corners: 'aligned' })(x)),
    linear: unwrap(resize(six, dim(12), { kernel: 'linear', corners: 'halfway' })(x)),
    'linear-aligned': unwrap(resize(six, dim(12), { kernel: 'linear', corners: 'aligned' })(x)),
  });
};

const tpaviCase = (): GoldenCase => {
  const made = opaque(block({ tpavi: tpavi(dim(6), dim(5), dim(2)) }, (p) => p.tpavi));
  const { map, audio } = instantiate(made)(input('x', dim(2), dim(3), dim(4), dim(4), dim(6)), input('a', dim(2), dim(3), dim(5)));
  return caseOf(made, { map: unwrap(map), audio: unwrap(audio) });
};

const gatingCase = (): GoldenCase => {
  const made = gating({ e: dim(4), f: dim(5), r: dim(2), q: dim(3), d: dim(4), h: dim(2), k: dim(2), m: dim(3) });
  const { visual, audio } = instantiate(made)(input('v', dim(2), dim(3), dim(4)), input('a', dim(2), dim(3), dim(5)));
  return caseOf(made, { visual: unwrap(visual), audio: unwrap(audio) });
};

// pictures of 16, 8, 4, 2 places to a side, maps of 8, 4, 2, 1, masks of 32 x 32
const [b, t, s, c, a] = [dim(2), dim(2), dim(2), dim(2), dim(3)];
const small = { g: dim(1), e: dim(4), f: dim(5), i: dim(2), o: dim(3), u: dim(2) } as const;
const [masked, sound] = [input('mask', b, dim(32), dim(32)), input('sound', b, t, a)];
const stages = [input('stage0', b, t, dim(16), dim(16), dim(2)), input('stage1', b, t, dim(8), dim(8), dim(4)), input('stage2', b, t, dim(4), dim(4), dim(8)), input('stage3', b, t, dim(2), dim(2), dim(16))] as const;

/** The temporal stack is large in weights, and tested alone: here each gate is a linear map of its own stream. */
const gates = <D extends Dim, F extends Dim>(e: DimOf<D>, f: DimOf<F>): SomeBlock<Scales<Gates<D, F>>> => {
  const flat = rearrange('b t 1 -> b t');
  const gate = block({ visual: linear(e, dim(1)), audio: linear(f, dim(1)) }, (p): Gates<D, F> => <B extends Dim, T extends Dim>(v: Tensor<[B, T, D]>, x: Tensor<[B, T, F]>) => both(sigmoid(flat(p.visual(v))), sigmoid(flat(p.audio(x)))));
  return opaque(four(gate));
};

const s4Case = (): GoldenCase => {
  const made = gated({ s, c, a }, small, gates(small.e, small.f));
  const { logits } = instantiate(made)(stages, sound);
  const loss = unwrap(firstFrameLoss(logits, masked));
  return { declared: declaredOf(made), outputs: new Map([['logits', unwrap(logits)], ['loss', loss]]), objective: loss };
};

const ms3Case = (): GoldenCase => {
  const made = gated({ s, c, a }, small, gates(small.e, small.f));
  const out = instantiate(made)(stages, sound);
  const all = input('mask', b, t, dim(32), dim(32));
  const loss = unwrap(allFramesLoss(small.g)(out, all));
  const match = nodes.scale(nodes.sub(loss, unwrap(allFramesLoss(small.g, 0)(out, all))), 2);
  return { declared: declaredOf(made), outputs: new Map([['match', match], ['loss', loss]]), objective: loss };
};

const lavishCase = (): GoldenCase => {
  const made = lavishAvs({ pictures: { s, c, a }, masks: small, first: [dim(2), dim(3), dim(4), dim(5)] });
  const { logits } = instantiate(made)(stages, sound);
  const loss = unwrap(firstFrameLoss(logits, masked));
  return { declared: declaredOf(made), outputs: new Map([['logits', unwrap(logits)], ['loss', loss]]), objective: loss };
};

testGoldens('avs', {
  convolution: convolutionCase, resize: resizeCase, 'tpavi-batch': () => inTraining(tpaviCase()), 'tpavi-given': tpaviCase, gating: gatingCase,
  'avs-s4': () => inTraining(s4Case()), 'avs-ms3': () => inTraining(ms3Case()), 'lavish-avs': () => inTraining(lavishCase()),
});

describe('published counts, on Swin-V2-L and HTS-AT', () => {
  const published = publishedAvs(dim(6), dim(192), dim(768));
  const { g, e, f, i, o, u } = published.masks;
  const counts = {
    temporal: [four(gating(published.gating)), 42_910_728],
    fpn: [fpn(g, e), 9_441_280],
    tpavi: [four(tpavi(e, f, i)), 663_040],
    project: [projected(dim(6), dim(192), g, e), 738_304],
    audio: [linear(dim(768), f), 98_432],
    out: [pixels(dim(112), e, o, u), 331_969],
    avs: [avs(published), 54_183_753],
    'avs, a shared Swin': [avs(publishedAvs(dim(6), dim(192), dim(1536))), 54_183_753 + 768 * 128],
    lavish: [lavishAvs(publishedLavishAvs(dim(6), dim(192), dim(1536))), 21_168_961],
  } as const;
  test.each(Object.entries(counts))('%s', (_, [made, count]) => {
    expect(countDeclared(made.declared('', true)).total).toBe(count);
  });
  test('statistics are two numbers a channel and scale, and no weights', () => {
    const declared = [...declaredOf(avs(published)).values()];
    expect(countDeclared(declared)).toEqual({ total: 54_183_753, trainable: 54_183_753, frozen: 0 });
    expect(declared.filter((d) => d.buffer === true).map(({ sizes }) => sizes)).toEqual(Array.from({ length: 8 }, () => [256]));
  });
  test('at the published sizes the masks are 224 x 224', () => {
    const [clips, frames] = [dim(1), dim(5)];
    const out = instantiate(avs(published))([input('0', clips, frames, dim(48), dim(48), dim(192)), input('1', clips, frames, dim(24), dim(24), dim(384)), input('2', clips, frames, dim(12), dim(12), dim(768)), input('3', clips, frames, dim(6), dim(6), dim(1536))], input('sound', clips, frames, dim(768)));
    expect(out.logits.sizes).toEqual([1, 5, 224, 224]);
    expect(out.maps.map((map) => map.sizes)).toEqual([56, 28, 14, 7].map((side) => [1, 5, side, side, 256]));
  });
});

describe('resizing', () => {
  test.each([['linear', 'aligned'], ['linear', 'halfway'], ['cubic', 'aligned'], ['cubic', 'halfway']] as const)('%s, %s: rows sum to 1, the same size changes nothing', (kernel, corners) => {
    for (const [from, to] of [[6, 7], [12, 5], [1, 4], [3, 1]] as const) {
      const matrix = resizeMatrix(from, to, { kernel, corners });
      for (let row = 0; row < to; row += 1) expect(matrix.subarray(row * from, (row + 1) * from).reduce((x, y) => x + y, 0)).toBeCloseTo(1, 6);
    }
    expect([...resizeMatrix(3, 3, { kernel, corners })].map((x) => Math.round(x * 1e6) / 1e6 + 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
  test('aligned cubic is the matrix of the spectrogram', () => {
    expect(resizeMatrix(11, 16, { kernel: 'cubic', corners: 'aligned' })).toEqual(bicubicMatrix(11, 16));
  });
});

test('a window far wider than the picture is its middle place', () => {
  const [x, w] = [input('x', dim(1), dim(3), dim(3), dim(2)), input('w', dim(3), dim(3), dim(2), dim(4))];
  const middle = nodes.reshape(nodes.slice(unwrap(w), [1, 1, 0, 0], [1, 1, 2, 4]), [2, 4]);
  const numbers = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i + n));
  const values = evaluate([unwrap(conv3x3(18)(x, w)), nodes.einsum([[0, 1, 2, 3], [3, 4]], [0, 1, 2, 4], [unwrap(x), middle])], {
    inputs: new Map([['x', { sizes: [1, 3, 3, 2], dtype: 'f32', data: numbers(18) }], ['w', { sizes: [3, 3, 2, 4], dtype: 'f32', data: numbers(72) }]]), parameters: new Map(),
  });
  if (E.isLeft(values)) throw new Error('not evaluated');
  expect(values.right[0]?.data).toEqual(values.right[1]?.data);
});

test('a decoder starts as one that hears nothing: the norm of TPAVI starts at 0', () => {
  const made = tpavi(dim(6), dim(5), dim(2));
  const { map } = instantiate(made)(input('x', dim(1), dim(2), dim(2), dim(2), dim(6)), input('a', dim(1), dim(2), dim(5)));
  const at = (loud: number): readonly number[] => {
    const values = evaluate([unwrap(map)], {
      inputs: new Map([['x', { sizes: [1, 2, 2, 2, 6], dtype: 'f32', data: Float32Array.from({ length: 48 }, (_, i) => Math.cos(i)) }], ['a', { sizes: [1, 2, 5], dtype: 'f32', data: new Float32Array(10).fill(loud) }]]),
      parameters: initialise(declaredOf(made), random.key(3)),
    });
    return E.isLeft(values) ? [] : [...(values.right[0]?.data ?? [])];
  };
  expect(at(1)).toHaveLength(48);
  expect(at(1)).toEqual(at(7));
});
