/**
 * Convolution: a window of 3 × 3 pixels over pictures with zeros around them; the picture keeps its size.
 *
 *   y[h, w] = Σ_{i, j} W[i, j] x[h + δ(i − 1), w + δ(j − 1)]            δ: dilation
 *
 * idea:   the products of the picture with each of the nine places of the window, shifted and added. Training keeps the picture
 *         alone; an unfolded one would be nine times as large. A place that lies outside for every pixel costs nothing.
 * not:    windows of one pixel: those are `linear` on the channels, for pictures and for clips. Strides.
 *         This file is a trust boundary: it cuts and pads nodes, and types what comes out.
 * source: torch.nn.Conv2d(padding=δ, dilation=δ); its weight [out, in, row, column] is ours by 'o i r c -> r c i o'
 */
import { type Dim, type DimOf, dim, fault, raise, type Shape, type Tensor } from '../../shapes/index.ts';
import { addBias, block, fanIn, type Node, nodes, param, type Block, unwrap, wrap, zeros } from '../../dsl/index.ts';

/** shape: [...B, H, W, I] → [...B, H, W, O] */
export interface Convolve<in out I extends Dim, in out O extends Dim> {
  <B extends Shape, H extends Dim, W extends Dim>(x: Tensor<[...B, H, W, I]>): Tensor<[...B, H, W, O]>;
}

/** x · w over the last axis. */
const product = (x: Node, w: Node): Node => {
  const axes = x.sizes.map((_, axis) => axis);
  const [i, o] = [axes.length - 1, axes.length];
  return nodes.einsum([axes, [i, o]], [...axes.slice(0, -1), o], [x, w]);
};

/** y[h, w] = x[h + rows, w + columns], 0 where that is outside. */
const shifted = (x: Node, rows: number, columns: number): Node => {
  const by = x.sizes.map((_, axis) => (axis === x.sizes.length - 3 ? rows : axis === x.sizes.length - 2 ? columns : 0));
  const [over, under] = [by.map((n) => Math.max(0, n)), by.map((n) => Math.max(0, -n))];
  return nodes.pad(nodes.slice(x, over, x.sizes.map((size, axis) => size - Math.abs(by[axis] ?? 0))), under, over);
};

const places = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => ({ row, column })));

/**
 * The window `weight` [3, 3, I, O] (row, column, in, out), its places δ pixels apart.
 * shape:  x [...B, H, W, I] → [...B, H, W, O]
 */
export const conv3x3 = (dilation = 1) => <B extends Shape, H extends Dim, W extends Dim, I extends Dim, O extends Dim>(x: Tensor<[...B, H, W, I]>, weight: Tensor<[3, 3, NoInfer<I>, O]>): Tensor<[...B, H, W, O]> => {
  const [n, w] = [unwrap(x), unwrap(weight)];
  const [height = 0, width = 0, channels = 0] = n.sizes.slice(-3);
  const [, , i = 0, o = 0] = w.sizes;
  if (n.sizes.length < 3 || i !== channels) return raise(fault('Shape', 'conv3x3', [`x: sizes [${n.sizes.join(', ')}]`, `weight: sizes [${w.sizes.join(', ')}]`], 'x of [..., H, W, I] and a weight of [3, 3, I, O]'));
  const terms = places.flatMap(({ row, column }): readonly Node[] => {
    const [down, along] = [(row - 1) * dilation, (column - 1) * dilation];
    if (Math.abs(down) >= height || Math.abs(along) >= width) return [];
    const at = nodes.reshape(nodes.slice(w, [row, column, 0, 0], [1, 1, i, o]), [i, o]);
    return [shifted(product(n, at), down, along)];
  });
  return wrap(terms.reduce((a, b) => nodes.add(a, b)));
};

export interface ConvolutionP<in out I extends Dim, in out O extends Dim> {
  readonly weight: Tensor<[3, 3, I, O]>;
  readonly bias: Tensor<[O]>;
}

/** I to O channels, with a bias: 9·I·O + O weights. */
export const convolution = <I extends Dim, O extends Dim>(i: DimOf<I>, o: DimOf<O>, dilation = 1): Block<ConvolutionP<I, O>, Convolve<I, O>> =>
  block({ weight: param(fanIn(3), dim(3), dim(3), i, o), bias: param(zeros, o) }, (p): Convolve<I, O> => (x) => addBias(conv3x3(dilation)(x, p.weight), p.bias));
