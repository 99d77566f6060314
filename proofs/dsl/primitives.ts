/**
 * Primitives: for each one, subjects of drawn sizes that apply it once, to numbers away from its kinks and poles.
 * idea:  one total table serves every law about single primitives: gradients, agreement of engines, shapes. A new primitive
 *        without a row does not compile.
 */
import fc from 'fast-check';
import { constantNode, elements, fillNode, type MapFn, node, type Node, parameterNode, type Params, type Primitive, type Sizes, type ZipFn } from '../../dsl/index.ts';
import { fault, raise } from '../../shapes/index.ts';
import { awayFromZero, betweenIntegers, distinct, type Domain, normals, positive, side } from '../arbitraries/domains.ts';
import { einsums } from '../arbitraries/einsums.ts';
import { size, sizesOf, stretching } from '../arbitraries/sizes.ts';
import { given, type Given, givenIds, givenMask, type Subject, type Subjects } from '../subject.ts';

/** Where each function is smooth. */
export const mapDomains = {
  neg: normals, exp: normals, log: positive, sqrt: positive, rsqrt: positive, reciprocal: awayFromZero, square: normals, abs: awayFromZero, sign: awayFromZero,
  tanh: normals, sigmoid: normals, erf: normals, relu: awayFromZero, sin: normals, cos: normals, floor: betweenIntegers,
} as const satisfies { readonly [F in MapFn]: Domain };
export const zipDomains = {
  add: [normals, normals], sub: [normals, normals], mul: [normals, normals], div: [normals, awayFromZero],
  max: [side(0), side(1)], min: [side(0), side(1)], pow: [positive, normals],
} as const satisfies { readonly [F in ZipFn]: readonly [Domain, Domain] };

const keys = <K extends string>(table: { readonly [k in K]: unknown }): readonly K[] => Object.keys(table).filter((k): k is K => k in table);

/** A subject that applies a primitive to its inputs. */
const applied = <P extends Primitive>(primitive: P, params: Params[P], ...inputs: readonly Given[]): Subject => ({ inputs, apply: (...xs) => [node(primitive, params, xs)] });
const one = <P extends Primitive>(primitive: P, sizes: fc.Arbitrary<Sizes>, params: (s: Sizes) => fc.Arbitrary<Params[P]>, domain: Domain = normals): Subjects =>
  sizes.chain((s) => params(s).map((p) => applied(primitive, p, given(s, domain))));
const plain = <P extends Primitive>(primitive: P, params: Params[P], sizes: fc.Arbitrary<Sizes>, domain: Domain = normals): Subjects => one(primitive, sizes, () => fc.constant(params), domain);

const any = sizesOf(0, 3);
const rows = fc.tuple(sizesOf(0, 2), fc.constantFrom(1, 2, 3, 5)).map(([lead, width]) => [...lead, width]);
const below = (s: Sizes, least: number): fc.Arbitrary<Sizes> => fc.tuple(...s.map((n) => fc.nat({ max: Math.max(least, n) - least })));
const leaf = (make: (sizes: Sizes) => Node): Subjects => any.map((s) => ({ inputs: [], apply: () => [make(s)] }));
const first = (xs: readonly Node[]): Node => xs[0] ?? raise(fault('Defect', 'laws', ['no input'], 'an input'));

export const primitiveSubjects = {
  input: any.map((s): Subject => ({ inputs: [given(s)], apply: (...xs) => [first(xs)] })),
  parameter: leaf((s) => parameterNode('w', s)),
  constant: leaf((s) => constantNode(Float32Array.from({ length: elements(s) }, (_, i) => i / 4 - 1), s)),
  fill: leaf((s) => fillNode(1.5, s)),
  einsum: einsums,
  map: fc.constantFrom(...keys(mapDomains)).chain((fn) => plain('map', { fn }, any, mapDomains[fn])),
  zip: fc.tuple(fc.constantFrom(...keys(zipDomains)), stretching).map(([fn, [a, b]]) => applied('zip', { fn }, given(a, zipDomains[fn][0]), given(b, zipDomains[fn][1]))),
  compare: fc.tuple(fc.constantFrom('less' as const, 'lessEqual' as const, 'equal' as const), stretching).map(([fn, [a, b]]) => applied('compare', { fn }, given(a, side(0)), given(b, side(1)))),
  logic: fc.tuple(fc.constantFrom('and' as const, 'or' as const, 'xor' as const), stretching).map(([fn, [a, b]]) => applied('logic', { fn }, givenMask(a), givenMask(b))),
  select: any.map((s) => applied('select', {}, givenMask(s), given(s), given(s))),
  max: plain('max', {}, rows, distinct),
  argmax: plain('argmax', {}, rows, distinct),
  topk: one('topk', rows, (s) => fc.integer({ min: 1, max: s.at(-1) ?? 1 }).map((k) => ({ k })), distinct),
  reshape: one('reshape', any, (s) => fc.constantFrom([elements(s)], [1, ...s], s.filter((n) => n !== 1), s.toReversed()).map((sizes) => ({ sizes }))),
  permute: one('permute', any, (s) => fc.shuffledSubarray([...s.keys()], { minLength: s.length }).map((axes) => ({ axes }))),
  broadcast: one('broadcast', any, (s) => size.map((k) => ({ sizes: s.map((n) => (n === 1 ? k : n)) }))),
  slice: one('slice', any, (s) => below(s, 1).chain((begin) => below(s.map((n, i) => n - (begin[i] ?? 0)), 1).map((rest) => ({ begin, size: rest.map((n) => n + 1) })))),
  pad: one('pad', any, (s) => fc.tuple(below(s.map(() => 2), 0), below(s.map(() => 2), 0)).map(([before, after]) => ({ before, after }))),
  concat: fc.tuple(sizesOf(1, 3), fc.array(size, { minLength: 2, maxLength: 3 }), fc.nat()).map(([s, widths, at]) => {
    const axis = at % s.length;
    return applied('concat', { axis }, ...widths.map((w) => given(s.map((n, i) => (i === axis ? w : n)))));
  }),
  gather: fc.tuple(sizesOf(1, 3), sizesOf(0, 2)).map(([table, ids]) => applied('gather', {}, given(table), givenIds(ids, table[0] ?? 1))),
  scatterAdd: fc.tuple(size, sizesOf(1, 2), sizesOf(0, 2)).map(([count, ids, width]) => applied('scatterAdd', { rows: count }, givenIds(ids, count), given([...ids, ...width]))),
  oneHot: fc.tuple(size, sizesOf(0, 2)).map(([depth, ids]) => applied('oneHot', { depth }, givenIds(ids, depth))),
  cast: fc.tuple(fc.constantFrom('f32' as const, 'i32' as const, 'bool' as const), any).map(([to, s]) => applied('cast', { to }, given(s, betweenIntegers))),
  stopGradient: plain('stopGradient', {}, any),
  softmax: plain('softmax', {}, rows),
  layerNorm: fc.constantFrom(1e-5, 0.1).chain((eps) => plain('layerNorm', { eps }, rows, distinct)),
  gelu: plain('gelu', {}, any),
} as const satisfies { readonly [P in Primitive]: Subjects };

export const primitives: readonly Primitive[] = keys(primitiveSubjects);
