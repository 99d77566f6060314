/**
 * Dim: the size of one axis, as a type (1536, 'B', or a symbolic product or sum) and as a witness value.
 * idea:  a witness `DimOf<N>` carries the number; its type N is what shapes are made of. Sizes known only at run time get
 *        a name (`dim('B', n)`, `sizes`) or a fresh type that cannot escape (`reify`, `withSizes`).
 * laws:  N is invariant; a witness cannot be forged, copied by spreading, or subclassed.
 * not:   arithmetic (nat.ts). `DimOf.trusted` is a trust boundary: whoever calls it claims that N has this size.
 *        Two `dim('B', …)` of different sizes share a type: name a size once (`sizes` does), run-time checks catch the rest.
 */
import { fault, raise } from './fault.ts';

/** A size that is neither a literal nor a name. */
export interface Symbolic {
  readonly symbolic: true;
}
export interface Prod<in out A, in out B> extends Symbolic {
  readonly times: [A, B];
}
export interface Sum<in out A, in out B> extends Symbolic {
  readonly plus: [A, B];
}
/** A literal size (1536), a named size ('B'), or a product or sum of those. */
export type Dim = number | string | Symbolic;

/** Some witness, whatever its dim: for reading the size. */
export abstract class AnyDimOf {
  protected declare readonly anyDim: true;
  protected constructor(
    readonly size: number,
    /** as printed: '1536', 'B', 'h*k' */
    readonly label: string,
  ) {}
}

/** What a private constructor takes so that a type parameter is used, yet no member mentions it. */
export type Phantom<_> = undefined;

/** The witness that the dim N has this size. N is not used by any member, so that a mismatch is reported on N itself. */
export class DimOf<in out N extends Dim> extends AnyDimOf {
  protected declare readonly dim: true;
  private constructor(size: number, label: string, _dim: Phantom<N>) {
    super(size, label);
  }
  /** Trust boundary: the caller claims that N has this size. Raises a fault unless the size is an integer, 0 or more. */
  static trusted<N extends Dim>(size: number, label: string): DimOf<N> {
    if (!Number.isSafeInteger(size) || size < 0) return raise(fault('Shape', `dim ${label}`, [`size ${size}`], 'a size that is an integer, 0 or more'));
    return new DimOf<N>(size, label, undefined);
  }
}

type IsUnion<N, M = N> = N extends unknown ? ([M] extends [N] ? false : true) : never;
type NotASize = `-${string}` | `${string}.${string}` | `${string}e${string}`;
/** N itself, or why it cannot be a dim. */
type Literal<N> = true extends IsUnion<N>
  ? 'dim error: a union is not one size'
  : N extends number
    ? number extends N ? 'dim error: not a literal; use dim(name, n) or reify(n, k)' : `${N}` extends NotASize ? 'dim error: a size is an integer, 0 or more' : N
    : N extends string ? (string extends N ? 'dim error: the name is not a literal' : N) : never;

/**
 * A witness of a literal size, `dim(1536): DimOf<1536>`, or of a size under a name, `dim('B', n): DimOf<'B'>`.
 * errors: raises a fault if the size is not an integer of 0 or more
 */
export function dim<const N extends number>(n: Literal<N>): DimOf<N>;
export function dim<const N extends string>(name: Literal<N>, n: number): DimOf<N>;
export function dim(first: number | string, n?: number): AnyDimOf {
  return typeof first === 'number' ? DimOf.trusted(first, String(first)) : DimOf.trusted(n ?? Number.NaN, first);
}

/** Run-time sizes by name. */
export interface SizesByName {
  readonly [name: string]: number;
}
/** The name for sizes known only at run time, the literal for the others. */
type NamedOrLiteral<K extends string, N> = number extends N ? K : true extends IsUnion<N> ? K : N extends number ? N : never;

const witnesses = (config: SizesByName): { readonly [name: string]: AnyDimOf } =>
  Object.fromEntries(Object.entries(config).map(([name, size]) => [name, DimOf.trusted(size, name)]));

/** Witnesses of a record of sizes: `sizes({ N: cfg.n, Z: 8 })` is `{ N: DimOf<'N'>, Z: DimOf<8> }` for `cfg.n: number`. */
export function sizes<const C extends SizesByName>(config: C): { readonly [K in keyof C & string]: DimOf<NamedOrLiteral<K, C[K]>> };
export function sizes(config: SizesByName): unknown {
  return witnesses(config);
}

/** A run-time size as a fresh dim N, unknown outside k. */
export const reify = <R>(n: number, k: <N extends Dim>(n: DimOf<N>) => R): R => k(DimOf.trusted(n, String(n)));

function scoped<S extends string, C extends SizesByName>(config: C): { readonly [K in keyof C & string]: DimOf<`${S}.${K}`> };
function scoped(config: SizesByName): unknown {
  return witnesses(config);
}
/** Run-time sizes as one fresh scope S: key k has the dim `${S}.k`, so errors show names, and scopes neither mix nor escape. */
export const withSizes = <const C extends SizesByName, R>(config: C, k: <S extends string>(d: { readonly [K in keyof C & string]: DimOf<`${S}.${K}`> }) => R): R =>
  k(scoped<string, C>(config));


/** The shape that a list of witnesses describes. */
export type DimsOf<Ds extends readonly AnyDimOf[]> = { -readonly [I in keyof Ds]: Ds[I] extends DimOf<infer N> ? N : never };
/** Run-time twin of `DimsOf`. */
export const dimsOf = (ds: readonly AnyDimOf[]): readonly number[] => ds.map((d) => d.size);
