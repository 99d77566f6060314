/**
 * Expr: the grammar of graphs. A model is a pure value, a graph of these nodes; everything else interprets it.
 *
 *   graph  ::= node …                                  roots; equal sub-expressions are one node once the graph is closed
 *   node   ::= leaf | primitive(params; node …)
 *   leaf   ::= input(name) | parameter(name, trainable) | constant(data) | fill(value)
 *
 *   contraction  einsum                                n-ary: products, sums, traces, outer products
 *   elementwise  map(fn) zip(fn) compare(fn) logic(fn) select          zip and compare stretch axes of size 1
 *   reduction    max argmax topk                       along the last axis; sums are einsum
 *   layout       reshape permute broadcast slice pad concat
 *   indexing     gather scatterAdd oneHot              scatterAdd is the adjoint of gather
 *   other        cast stopGradient
 *   fused        softmax layerNorm gelu                own gradient, and a decomposition into the rest
 *
 * not:  shapes in types (that is `Tensor`, a typed view of a node) and meaning (that is `backends/reference`).
 */

export type Sizes = readonly number[];
/** Element type at run time: f32 4 bytes, i32 4 bytes, bool 1 byte. */
export type ElementType = 'f32' | 'i32' | 'bool';
export type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

export type MapFn = 'neg' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'reciprocal' | 'square' | 'abs' | 'sign' | 'tanh' | 'sigmoid' | 'erf' | 'relu' | 'sin' | 'cos' | 'floor';
export type ZipFn = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow';
export type CompareFn = 'less' | 'lessEqual' | 'equal';
export type LogicFn = 'and' | 'or' | 'xor';

/** Static parameters of every primitive; the keys of this interface are the primitives. */
export interface Params {
  /** data given at run time; `below` bounds the values of an index input */
  readonly input: { readonly name: string; readonly below?: number };
  /** a weight, bound at run time under its dotted path */
  readonly parameter: { readonly name: string; readonly trainable: boolean };
  readonly constant: { readonly data: Data };
  readonly fill: { readonly value: number };
  /** axes are small integers; an axis in no output is summed; a repeated axis inside one operand takes the diagonal */
  readonly einsum: { readonly inputs: readonly (readonly number[])[]; readonly output: readonly number[] };
  readonly map: { readonly fn: MapFn };
  readonly zip: { readonly fn: ZipFn };
  readonly compare: { readonly fn: CompareFn };
  readonly logic: { readonly fn: LogicFn };
  readonly select: Record<never, never>;
  /** maximum along the last axis, which is kept with size 1 */
  readonly max: Record<never, never>;
  /** index of the (first) maximum along the last axis, which is removed */
  readonly argmax: Record<never, never>;
  /** indices of the k greatest along the last axis, greatest first, ties by lower index */
  readonly topk: { readonly k: number };
  readonly reshape: { readonly sizes: Sizes };
  /** output axis i is operand axis axes[i] */
  readonly permute: { readonly axes: readonly number[] };
  /** same rank; axes of size 1 are repeated */
  readonly broadcast: { readonly sizes: Sizes };
  readonly slice: { readonly begin: Sizes; readonly size: Sizes };
  /** zeros before and after on every axis */
  readonly pad: { readonly before: Sizes; readonly after: Sizes };
  readonly concat: { readonly axis: number };
  /** (table [V, …], ids [S…]) → [S…, …] */
  readonly gather: Record<never, never>;
  /** (ids [S…], updates [S…, …]) → [rows, …]: rows of equal id are added */
  readonly scatterAdd: { readonly rows: number };
  /** ids [S…] → f32 [S…, depth] */
  readonly oneHot: { readonly depth: number };
  readonly cast: { readonly to: ElementType };
  readonly stopGradient: Record<never, never>;
  /** along the last axis */
  readonly softmax: Record<never, never>;
  /** along the last axis, zero mean and unit variance, no gain or bias */
  readonly layerNorm: { readonly eps: number };
  /** x Φ(x), the exact form with erf */
  readonly gelu: Record<never, never>;
}

export type Primitive = keyof Params;

/** One node; frozen, never mutated, compared by structure when a graph is closed (`graph.ts`). */
export interface Node<P extends Primitive = Primitive> {
  readonly primitive: P;
  readonly params: Params[P];
  readonly operands: readonly Node[];
  readonly sizes: Sizes;
  readonly dtype: ElementType;
  /** the block that made it, '' outside any block; not part of the node's identity */
  readonly path: string;
}

/** One row per primitive: the form of every interpretation. A missing row does not compile. */
export type Table<Row extends { readonly [P in Primitive]: unknown }> = { readonly [P in Primitive]: Row[P] };

export const is = <P extends Primitive>(primitive: P, node: Node): node is Node<P> => node.primitive === primitive;

export const elements = (sizes: Sizes): number => {
  let product = 1;
  for (let i = 0; i < sizes.length; i += 1) product *= sizes[i] ?? 1;
  return product;
};

export const sameSizes = (a: Sizes, b: Sizes): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

export const bytesOf = { f32: 4, i32: 4, bool: 1 } as const satisfies { readonly [T in ElementType]: number };

/** Bytes of a node's value as a buffer of its own. */
export const byteSize = (node: { readonly sizes: Sizes; readonly dtype: ElementType }): number => elements(node.sizes) * bytesOf[node.dtype];
