/**
 * Worlds: what the dims of generated programs are, in the type and at run time.
 * idea:  in the concrete world a dim is a literal or a name. In the polymorphic world it is a type parameter; a body must
 *        then be right for every choice of sizes, so it is run for two: other primes, other batch axes.
 */
import fc from 'fast-check';

export interface WorldDim {
  /** as in a type: `6`, `"B"`, `D` */
  readonly type: string;
  /** as in an expression: `dim(6)`, `dim('B', 43)`, `dD` */
  readonly witness: string;
  /** how often it is chosen */
  readonly weight: number;
}
/** One choice of sizes for everything that has a name. */
export interface Instance {
  readonly named: { readonly [name: string]: number };
  /** what `...R` stands for; undefined where there is no R */
  readonly batch: readonly number[];
}
export interface World {
  readonly dims: readonly WorldDim[];
  /** may a shape begin with `...R`? */
  readonly open: boolean;
  readonly instances: readonly [Instance, ...Instance[]];
}

const literal = (n: number, weight = 1): WorldDim => ({ type: String(n), witness: `dim(${n})`, weight });
const name = (label: string, size: number): WorldDim => ({ type: `"${label}"`, witness: `dim('${label}', ${size})`, weight: 1 });
const parameter = (label: string): WorldDim => ({ type: label, witness: `d${label}`, weight: 2 });

/** 6 = 2·3 = 2 + 4 on purpose: products and sums of literals are literals. Named sizes are large primes: they are no literal. */
export const concrete: World = {
  dims: [literal(2, 3), literal(3, 3), literal(4), literal(6), literal(1, 2), name('B', 43), name('T', 59)],
  open: false,
  instances: [{ named: { B: 43, T: 59 }, batch: [] }],
};
export const parameters = ['B', 'N', 'D', 'E'] as const;
export const polymorphic: World = {
  dims: [...parameters.map(parameter), literal(1), literal(3)],
  open: true,
  instances: [
    { named: { B: 17, N: 29, D: 37, E: 53 }, batch: [11, 13] },
    { named: { B: 59, N: 19, D: 41, E: 23 }, batch: [] },
  ],
};

export const sizeOf = (d: WorldDim, instance: Instance): number => {
  const label = d.type.replaceAll('"', '');
  return instance.named[label] ?? Number(label);
};

/** Choices drawn from one number, so that a step of a program is a small value that shrinks. */
export interface Dice {
  readonly below: (n: number) => number;
  readonly chance: (p: number) => boolean;
  readonly pick: <A>(xs: readonly A[]) => A;
  readonly shuffle: <A>(xs: readonly A[]) => readonly A[];
}
export const dice = (seed: number): Dice => {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <A>(xs: readonly A[]): A => {
    const x = xs[below(xs.length)];
    if (x === undefined) throw new Error('nothing to pick from');
    return x;
  };
  const shuffle = <A>(xs: readonly A[]): readonly A[] => xs.map((x) => [next(), x] as const).sort(([a], [b]) => a - b).map(([, x]) => x);
  return { below, chance: (p) => next() < p, pick, shuffle };
};

export const kinds = ['f32', 'bool', 'i32'] as const;
export interface Leaf {
  readonly dims: readonly WorldDim[];
  readonly open: boolean;
  readonly kind: (typeof kinds)[number];
  /** bound of indices */
  readonly below: WorldDim;
}
export interface Step<Op> {
  readonly op: Op;
  readonly seed: number;
}
export interface Program<Op> {
  readonly leaves: readonly Leaf[];
  readonly steps: readonly Step<Op>[];
}

/** Programs over the given operations: 3 to 5 inputs, 1 to 8 steps. */
export const programs = <Op>(world: World, ops: readonly Op[]): fc.Arbitrary<Program<Op>> => {
  const dim = fc.constantFrom(...world.dims.flatMap((d) => Array.from({ length: d.weight }, () => d)));
  const leaf: fc.Arbitrary<Leaf> = fc.record({
    dims: fc.array(dim, { minLength: 0, maxLength: 3, size: 'max' }),
    open: world.open ? fc.integer({ min: 0, max: 3 }).map((n) => n === 0) : fc.constant(false),
    kind: fc.constantFrom<(typeof kinds)[number]>('f32', 'f32', 'f32', 'f32', 'f32', 'bool', 'i32'),
    below: dim,
  });
  return fc.record({
    leaves: fc.array(leaf, { minLength: 3, maxLength: 5, size: 'max' }),
    steps: fc.array(fc.record({ op: fc.constantFrom(...ops), seed: fc.nat() }), { minLength: 1, maxLength: 8, size: 'max' }),
  });
};
