/**
 * The small rival adapters of the golden files, as functions of named nodes.
 */
import { type AvmoeOptions, type AvmoeSizes, avmoe, type BottleneckOptions, dgSct, type DgSctOptions, type Insert, lastLcd, lavish, lavishAcross, lcd, mti } from '../../../molt/adapters/index.ts';
import { modality } from '../../../molt/modality.ts';
import { type Declared, declaredOf, input, instantiate, type Node, type SomeBlock, unwrap } from '../../../dsl/index.ts';
import { dim, type Dim, type DimOf, type Tensor } from '../../../shapes/index.ts';

export interface AdapterCase {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly outputs: readonly Node[];
}

// two groups of six channels, two in between; three latent tokens
const [b, n, m, k, g, i, o, d, c] = [dim(3), dim(5), dim(4), dim(3), dim(2), dim(6), dim(2), dim(12), dim(10)];
const sizes = { g, i, o };

const ave = { before: true, relu: true, norm: 'batch', gate: 'after', start: 'zeros' } as const satisfies BottleneckOptions & { readonly start: 'zeros' };
const avs = { ...ave, before: false, norm: 'none', gate: 'before' } as const;
const avqa = { ...ave, norm: 'none', gate: 'none' } as const;

const inserted = <C extends Dim>(block: SomeBlock<Insert<5, 12, 4, C>>, y: Tensor<[3, 4, C]>): AdapterCase => {
  const { residual, attention } = instantiate(block)(input('x', b, n, d), y);
  return { declared: declaredOf(block), outputs: [unwrap(residual), ...(attention === undefined ? [] : [unwrap(attention)])] };
};
const [alike, other] = [input('y', b, m, d), input('y', b, m, c)];

const dgSctOf = (options: DgSctOptions): AdapterCase => inserted(dgSct(k, sizes, dim(6), n, m, c, options), other);
const avmoeOf = <J extends Dim, U extends Dim>(cross: DimOf<J>, own: DimOf<U>, options: AvmoeOptions): AdapterCase => {
  const all: AvmoeSizes<3, 2, 6, 2, 4, 3> = { k, ...sizes, h: dim(4), w: dim(3) };
  return inserted(avmoe(cross, own, all, n, m, c, options), other);
};

const half = modality(d, dim(2), dim(4), n);
const lcdCase = (): AdapterCase => {
  const block = lcd(k, half, c);
  return { declared: declaredOf(block), outputs: [unwrap(instantiate(block)(input('f', b, n, d)))] };
};
const lastCase = (): AdapterCase => {
  const block = lastLcd(k, half);
  return { declared: declaredOf(block), outputs: [unwrap(instantiate(block)(input('f', b, n, d)))] };
};
const mtiCase = (): AdapterCase => {
  const block = mti(d, dim(3), dim(4), dim(7), c);
  return { declared: declaredOf(block), outputs: [unwrap(instantiate(block)(input('x', b, n, d), input('visual', b, k, dim(7)), input('audio', b, dim(2), c)))] };
};

/** By the name of the golden file. */
export const adapterCases: Readonly<Record<string, () => AdapterCase>> = {
  'lavish-ave': () => inserted(lavish(k, sizes, ave), alike),
  'lavish-avs': () => inserted(lavish(k, sizes, avs), alike),
  'lavish-across': () => inserted(lavishAcross(k, sizes, n, m, c, avqa), other),
  'dg-sct-ave': () => dgSctOf({ ...ave, channel: 0.3, spatial: 0.05 }),
  'dg-sct-ms3': () => dgSctOf({ ...avs, channel: 0.2, spatial: 0.1 }),
  'avmoe-ave': () => avmoeOf(dim(1), dim(1), { ...ave, self: 'none' }),
  'avmoe-s4': () => avmoeOf(dim(1), dim(1), { ...avs, self: 'batch' }),
  'avmoe-ms3': () => avmoeOf(dim(2), dim(2), { ...avs, self: 'tokens' }),
  'mettle-lcd': lcdCase,
  'mettle-last': lastCase,
  'mettle-mti': mtiCase,
};
