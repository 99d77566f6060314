/**
 * Laws of blocks: composition is a category, residual and parallel are natural, mapBlock is a functor, names are paths.
 *   1. identity: after(identity)(f) = f = after(f)(identity)
 *   2. associativity: after(after(f)(g))(h) = after(f)(after(g)(h))
 *   3. residual: residual(0) = identity; h ∘ residual(h⁻¹ ∘ f ∘ h) = residual(f) ∘ h for linear h
 *   4. parallel: parallel(g ∘ f, k ∘ h) = parallel(g, k) ∘ parallel(f, h); swapping commutes; fan(f, g) = parallel(f, g) ∘ copy
 *   5. mapBlock(id) = id; mapBlock(g ∘ f) = mapBlock(g) ∘ mapBlock(f); the weights stay the same
 *   6. names: each weight has a name of its own, and it is the path to it
 * idea:  blocks are drawn: linear maps, norms and functions without weights, at drawn widths.
 * source: Mac Lane, Categories for the Working Mathematician, 1971, chapters I and VII
 */
import fc from 'fast-check';
import { add, after, type Arrow, type Block, closeGraph, constantNode, type Declared, fan, gelu, identity, input, instantiate, is, layerNorm, linear, mapBlock, nodes, opaque, parallel, pure, relu, residual, scale, type SomeBlock, tanh, tower, unwrap, wrap } from '../../dsl/index.ts';
import { type Dim, type DimOf, reify, type Tensor } from '../../shapes/index.ts';
import { several } from '../arbitraries/sizes.ts';
import { must } from '../counter.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { law, type Law } from '../law.ts';
import { given, type Subject } from '../subject.ts';

/** Functions on rows of width D. */
type Rows<D extends Dim> = Arrow<[D], [D]>;
type Vectors<D extends Dim> = (x: Tensor<[2, D]>) => Tensor<[2, D]>;

const kinds = {
  linear: (d) => opaque(linear(d, d)),
  norm: (d) => opaque(layerNorm(d, 0.1)),
  gelu: <D extends Dim>() => opaque(pure<Rows<D>>((x) => gelu(x))),
  tanh: <D extends Dim>() => opaque(pure<Rows<D>>((x) => tanh(x))),
  double: <D extends Dim>() => opaque(pure<Rows<D>>((x) => scale(2)(x))),
} as const satisfies { readonly [kind: string]: <D extends Dim>(d: DimOf<D>) => SomeBlock<Rows<D>> };
type Kind = keyof typeof kinds;
const kind: fc.Arbitrary<Kind> = fc.constantFrom('linear', 'norm', 'gelu', 'tanh', 'double');

/** Two ways to compute one thing out of three drawn blocks of one width, and wrong ways, in the order of their names. */
type Ways = <D extends Dim>(f: SomeBlock<Rows<D>>, g: SomeBlock<Rows<D>>, h: SomeBlock<Rows<D>>, d: DimOf<D>) => readonly [left: Subject['apply'], right: Subject['apply'], ...wrong: readonly Subject['apply'][]];
interface Ambiguous extends Equation {
  readonly wrong: readonly Subject['apply'][];
}

const algebra = (id: string, statement: string, wrongs: readonly string[], ways: Ways) => (engine: Engine): Law =>
  equation<Ambiguous>({ id: `block.${id}`, statement, tier: 'required', mutants: wrongs.map((name, i) => insteadOf(name, (e) => nth(e.wrong, i))) })(
    fc.record({ d: several, f: kind, g: kind, h: kind }).map((s) =>
      reify(s.d, (d) => {
        const [apply, wanted, ...wrong] = ways(kinds[s.f](d), kinds[s.g](d), kinds[s.h](d), d);
        return { inputs: [given([2, s.d]), given([2, s.d])], apply, wanted, wrong };
      }),
    ),
    engine,
  );

/** A block of two with the weights of its parts under given prefixes. */
const bound = <P, D extends Dim>(b: Block<P, Rows<D>>, params: P): Subject['apply'] => (x) => (x === undefined ? [] : [unwrap(b.bind(params)(wrap<[2, D]>(x)))]);
/** As a function of typed rows. */
const rows = <P, D extends Dim>(b: Block<P, Rows<D>>, path: string): Vectors<D> => (x) => b.bind(b.leaves(path, true), path)(x);
/** Several operations on the same inputs. */
const joined = (all: readonly Subject['apply'][]): Subject['apply'] => (...xs) => all.flatMap((f) => f(...xs));
const one = <D extends Dim>(f: Vectors<D>): Subject['apply'] => (x) => (x === undefined ? [] : [unwrap(f(wrap<[2, D]>(x)))]);
const pair = <D extends Dim>(f: (xs: [Tensor<[2, D]>, Tensor<[2, D]>]) => [Tensor<[2, D]>, Tensor<[2, D]>]): Subject['apply'] => (x, y) => (x === undefined || y === undefined ? [] : f([wrap(x), wrap(y)]).map(unwrap));

/** An invertible linear map of rows, and its inverse: adding a multiple of the first channel to all others. */
const shear = (k: number) => <D extends Dim>(x: Tensor<[2, D]>): Tensor<[2, D]> => {
  const n = unwrap(x);
  const width = n.sizes[1] ?? 1;
  const matrix = constantNode(Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : i < width ? k : 0)), [width, width]);
  return wrap(nodes.einsum([[0, 1], [1, 2]], [0, 2], [n, matrix]));
};


const identities = algebra('identity', 'after(identity)(f) = f = after(f)(identity)', ['twice'], <D extends Dim>(f: SomeBlock<Rows<D>>) => {
  const weights = f.leaves('f', true);
  const both = [bound(after(identity<[D]>())(f), { first: {}, second: weights }), bound(after(f)(identity<[D]>()), { first: weights, second: {} })];
  const right = one(rows(f, 'f'));
  const twice = one<D>((x) => rows(f, 'f')(rows(f, 'f')(x)));
  return [joined(both), joined([right, right]), joined([twice, twice])];
});

const associativity = algebra('associativity', 'after(after(f)(g))(h) = after(f)(after(g)(h))', ['the other way round'], (f, g, h) => {
  const [p, q, r] = [f.leaves('f', true), g.leaves('g', true), h.leaves('h', true)];
  return [
    bound(after(after(f)(g))(h), { first: { first: p, second: q }, second: r }),
    bound(after(f)(after(g)(h)), { first: p, second: { first: q, second: r } }),
    bound(after(h)(after(g)(f)), { first: r, second: { first: q, second: p } }),
  ];
});

const zeroResidual = algebra('residual.zero', 'residual(0) = identity', ['0 alone', 'twice x'], <D extends Dim>() => {
  const zero: Vectors<D> = (x) => scale(0)(x);
  return [one<D>(residual(zero)), (x) => (x === undefined ? [] : [x]), one<D>(zero), one<D>((x) => scale(2)(x))];
});

const naturalResidual = algebra('residual.natural', 'h ∘ residual(h⁻¹ ∘ f ∘ h) = residual(f) ∘ h, for linear invertible h', ['with relu(x) + f(x)'], <D extends Dim>(f: SomeBlock<Rows<D>>) => {
  const inside = rows(f, 'f');
  const conjugated: Vectors<D> = (x) => shear(-0.75)(inside(shear(0.75)(x)));
  return [
    one<D>((x) => shear(0.75)(residual(conjugated)(x))),
    one<D>((x) => residual(inside)(shear(0.75)(x))),
    one<D>((x) => shear(0.75)(add(relu(x), conjugated(x)))),
  ];
});

const parallels = algebra('parallel', 'parallel(g ∘ f, f ∘ h) = parallel(g, f) ∘ parallel(f, h)', ['exchanged', 'the first for both'], <D extends Dim>(f: SomeBlock<Rows<D>>, g: SomeBlock<Rows<D>>, h: SomeBlock<Rows<D>>) => {
  const [a, b, c] = [rows(f, 'f'), rows(g, 'g'), rows(h, 'h')];
  return [
    pair<D>(parallel((x: Tensor<[2, D]>) => b(a(x)), (y: Tensor<[2, D]>) => a(c(y)))),
    pair<D>((xs) => parallel(b, a)(parallel(a, c)(xs))),
    pair<D>((xs) => { const [x, y] = parallel(b, a)(parallel(a, c)(xs)); return [y, x]; }),
    pair<D>(([x]) => parallel(b, a)(parallel(a, c)([x, x]))),
  ];
});

const swapping = algebra('parallel.swap', 'swap ∘ parallel(f, g) = parallel(g, f) ∘ swap', ['without swapping'], <D extends Dim>(f: SomeBlock<Rows<D>>, g: SomeBlock<Rows<D>>) => {
  const [a, b] = [rows(f, 'f'), rows(g, 'g')];
  return [
    pair<D>((xs) => { const [x, y] = parallel(a, b)(xs); return [y, x]; }),
    pair<D>(([x, y]) => parallel(b, a)([y, x])),
    pair<D>((xs) => parallel(a, b)(xs)),
  ];
});

const fans = algebra('fan', 'fan(f, g) ∘ h = parallel(f, g) ∘ copy ∘ h = fan(f ∘ h, g ∘ h)', ['without h'], <D extends Dim>(f: SomeBlock<Rows<D>>, g: SomeBlock<Rows<D>>, h: SomeBlock<Rows<D>>) => {
  const [a, b, c] = [rows(f, 'f'), rows(g, 'g'), rows(h, 'h')];
  const left: Subject['apply'] = pair<D>(([x]) => fan(a, b)(c(x)));
  return [
    joined([left, left]),
    joined([pair<D>(([x]) => parallel(a, b)([c(x), c(x)])), pair<D>(([x]) => fan((t: typeof x) => a(c(t)), (t: typeof x) => b(c(t)))(x))]),
    joined([pair<D>(([x]) => fan(a, b)(x)), left]),
  ];
});

const functor = algebra('mapBlock', 'mapBlock(id) = id, mapBlock(k ∘ j) = mapBlock(k) ∘ mapBlock(j)', ['in the other order'], <D extends Dim>(f: SomeBlock<Rows<D>>) => {
  const j = (g: Rows<D>): Vectors<D> => (x) => scale(3)(g(x));
  const k = (g: Vectors<D>): Vectors<D> => (x) => g(tanh(x));
  const wrongK = (g: Vectors<D>): Vectors<D> => (x) => tanh(g(x));
  const weights = f.leaves('f', true);
  const by = (b: Block<typeof weights, Vectors<D>>): Subject['apply'] => one<D>((x) => b.bind(weights)(x));
  const same = mapBlock((g: Rows<D>) => g)(f);
  return [
    joined([by(mapBlock((g: Rows<D>) => k(j(g)))(f)), by(mapBlock((g: Rows<D>): Vectors<D> => (x) => g(x))(same))]),
    joined([by(mapBlock(k)(mapBlock(j)(f))), one(rows(f, 'f'))]),
    joined([by(mapBlock((g: Rows<D>) => wrongK(j(g)))(f)), one(rows(f, 'f'))]),
  ];
});

/** What a block declares. */
export type Naming = <P, F>(b: Block<P, F>) => readonly Declared[];
const ownNaming: Naming = (b) => b.declared('', true);

const names = law<Naming, { readonly size: number; readonly inner: readonly [Kind, Kind]; readonly layers: number }>({
  id: 'block.names',
  statement: 'the weights that a block declares are the leaves that it uses: each name once, with its sizes',
  tier: 'required',
  arbitrary: fc.record({ size: several, inner: fc.tuple(fc.constantFrom('linear', 'norm'), kind), layers: several }),
  holds: (naming) => ({ size, inner: [first, second], layers }) =>
    reify(size, (d) => reify(layers, (l) => {
      const b = tower(l)(after(kinds[first](d))(kinds[second](d)));
      const declared = naming(b).map((w) => `${w.name} [${w.sizes.join(', ')}]`);
      const used = closeGraph([unwrap(instantiate(b)(input('x', d)))]).nodes.flatMap((n) => (is('parameter', n) ? [`${n.params.name} [${n.sizes.join(', ')}]`] : []));
      return must(declared.toSorted().join() === used.toSorted().join() && new Set(declared).size === declared.length, () => `declared ${declared.join(', ')}; used ${used.join(', ')}`);
    })),
  mutants: [
    { name: 'layers share names', mutate: (naming) => (b) => naming(b).map((w) => ({ ...w, name: w.name.replace(/\d+/, '0') })) },
    { name: 'leaves one out', mutate: (naming) => (b) => naming(b).slice(1) },
    { name: 'transposed', mutate: (naming) => (b) => naming(b).map((w) => ({ ...w, sizes: [...w.sizes, 1] })) },
  ],
});

/** The laws of blocks. */
export const blockLaws = (engine: Engine = meaning, naming: Naming = ownNaming): readonly Law[] => [
  ...[identities, associativity, zeroResidual, naturalResidual, parallels, swapping, fans, functor].map((one) => one(engine)),
  names(naming),
];
