/**
 * The small rival adapters of the golden files, as functions of named nodes.
 */
import { type AvmoeOptions, type AvmoeSizes, avmoe, type BottleneckOptions, dgSct, type DgSctOptions, type Insert, lastLcd, lavish, lavishAcross, lavishAlone, lcd, mti } from '../../../molt/adapters/index.ts';
import { modality } from '../../../molt/modality.ts';
import { declaredOf, input, instantiate, type Node, nodes, type SomeBlock, unwrap } from '../../../dsl/index.ts';
import { dim, type Dim, type DimOf, type Tensor } from '../../../shapes/index.ts';
import { type GoldenCase, inTraining } from '../goldens.ts';

/** A block and what it gives; the objective is Σ mean(out²), which the Python side differentiates. */
const caseOf = <F>(block: SomeBlock<F>, outputs: readonly Node[]): GoldenCase => {
  const power = (x: Node): Node => nodes.scale(nodes.sumAxes(nodes.map('square', x), x.sizes.map((_, axis) => axis)), 1 / x.sizes.reduce((a, size) => a * size, 1));
  return { declared: declaredOf(block), outputs: new Map(outputs.map((x, i) => [String(i), x])), objective: outputs.map(power).reduce((a, x) => nodes.add(a, x)) };
};

// twelve channels, four in between, in two groups or four; three latent tokens
const [b, n, m, k, d, c] = [dim(3), dim(5), dim(4), dim(3), dim(12), dim(10)];
const sizes = { g: dim(2), i: dim(6), o: dim(2) };
const fours = { g: dim(4), i: dim(3), o: dim(1) };

const ave = { before: true, relu: true, batchNorm: true, gate: 'after', start: 'zeros' } as const satisfies BottleneckOptions & { readonly start: 'zeros' };
const avs = { ...ave, before: false, batchNorm: false, gate: 'before' } as const;
const avqa = { ...ave, batchNorm: false } as const;
const open = { ...avqa, gate: 'none' } as const;

/** By given statistics, if there are any. */
const inserted = <C extends Dim>(block: SomeBlock<Insert<5, 12, 4, C>>, y: Tensor<[3, 4, C]>): GoldenCase => {
  const { residual, attention } = instantiate(block)(input('x', b, n, d), y);
  return caseOf(block, [unwrap(residual), ...(attention === undefined ? [] : [unwrap(attention)])]);
};
const [alike, other] = [input('y', b, m, d), input('y', b, m, c)];

/** Of one stream, whatever the other's sizes. */
const alone = (options: BottleneckOptions): GoldenCase => {
  const block: SomeBlock<Insert<5, 12, 4, 10>> = lavishAlone(sizes, options);
  return inserted(block, other);
};
const dgSctOf = (options: DgSctOptions): GoldenCase => inserted(dgSct(k, sizes, dim(6), n, m, c, options), other);
const dgSctFours = (options: DgSctOptions): GoldenCase => inserted(dgSct(k, fours, dim(6), n, m, c, options), other);
/** A sound of 4 × 4 tokens for a picture of 3 × 3. */
const squares = (options: DgSctOptions): GoldenCase => {
  const block = dgSct(k, sizes, dim(6), dim(9), dim(16), c, options);
  const { residual, attention } = instantiate(block)(input('x', b, dim(9), d), input('y', b, dim(16), c));
  return caseOf(block, [residual, attention].flatMap((x) => (x === undefined ? [] : [unwrap(x)])));
};
const avmoeOf = <J extends Dim, U extends Dim>(cross: DimOf<J>, own: DimOf<U>, options: AvmoeOptions): GoldenCase => {
  const all: AvmoeSizes<3, 2, 6, 2, 4, 3> = { k, ...sizes, h: dim(4), w: dim(3) };
  return inserted(avmoe(cross, own, all, n, m, c, options), other);
};
const avmoeFours = <J extends Dim, U extends Dim>(cross: DimOf<J>, own: DimOf<U>, options: AvmoeOptions): GoldenCase => {
  const all: AvmoeSizes<3, 4, 3, 1, 4, 3> = { k, ...fours, h: dim(4), w: dim(3) };
  return inserted(avmoe(cross, own, all, n, m, c, options), other);
};

const half = modality(d, dim(2), dim(4), n);
const lcdCase = (): GoldenCase => {
  const block = lcd(k, half, c);
  return caseOf(block, [unwrap(instantiate(block)(input('f', b, n, d)))]);
};
const lastCase = (): GoldenCase => {
  const block = lastLcd(k, half);
  return caseOf(block, [unwrap(instantiate(block)(input('f', b, n, d)))]);
};
const mtiCase = (): GoldenCase => {
  const block = mti(d, dim(3), dim(4), dim(7), c);
  return caseOf(block, [unwrap(instantiate(block)(input('x', b, n, d), input('visual', b, k, dim(7)), input('audio', b, dim(2), c)))]);
};

/** By the name of the golden file. */
export const adapterCases: Readonly<Record<string, () => GoldenCase>> = {
  'lavish-ave': () => inTraining(inserted(lavish(k, sizes, ave), alike)),
  'lavish-ave-given': () => inserted(lavish(k, sizes, ave), alike),
  'lavish-avs': () => inserted(lavish(k, sizes, avs), alike),
  'lavish-avqa': () => inserted(lavish(k, fours, avqa), alike),
  'lavish-across': () => inserted(lavishAcross(k, sizes, n, m, c, open), other),
  'lavish-alone': () => inTraining(alone({ ...ave, relu: false })),
  'lavish-alone-relu': () => alone({ ...avs, before: true }),
  'dg-sct-ave': () => inTraining(dgSctOf({ ...ave, channel: 0.3, spatial: 0.05 })),
  'dg-sct-avqa': () => dgSctFours({ ...avqa, channel: 0.3, spatial: 0.05 }),
  'dg-sct-s4': () => squares({ ...avs, channel: 0.3, spatial: 0.05, align: 'grid' }),
  'dg-sct-ms3': () => dgSctOf({ ...avs, channel: 0.2, spatial: 0.1 }),
  'avmoe-ave': () => inTraining(avmoeOf(dim(1), dim(1), { ...ave, self: 'none' })),
  'avmoe-avqa': () => avmoeFours(dim(1), dim(2), { ...avqa, self: 'none' }),
  'avmoe-2+2': () => inTraining(avmoeOf(dim(2), dim(2), { ...ave, self: 'none' })),
  'avmoe-s4': () => avmoeOf(dim(1), dim(1), { ...avs, self: 'batch' }),
  'avmoe-ms3': () => avmoeOf(dim(2), dim(2), { ...avs, self: 'tokens' }),
  'mettle-lcd': lcdCase,
  'mettle-last': lastCase,
  'mettle-mti': mtiCase,
};
