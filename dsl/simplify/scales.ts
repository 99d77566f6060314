/**
 * Scales: numbers that multiply tensors meet, and are applied once, where the tensor is smallest.
 * not:   a product of numbers that would overflow or vanish in single precision where the two apart would not (`ordinary`).
 * measure: elements of scaled tensors, then scales, then how far a scale is from its users.
 */
import { mul, neg, zip } from '../build.ts';
import { elements, type Node, sameSizes } from '../expr.ts';
import { rule, type Rule } from './rule.ts';
import { fillOf, operandsOf, ordinary, scaledOf, scaledOnce, times, zipOf } from './views.ts';

const size = (node: Node): number => elements(node.sizes);

export const scaleRules = {
  'scale of scale': rule(['map', 'zip'], 'a · (b · x) = (a·b) · x', (node) => {
    const outer = scaledOf(node);
    const inner = outer === undefined ? undefined : scaledOf(outer.of);
    return outer !== undefined && inner !== undefined && ordinary(outer.by) && ordinary(inner.by) ? times(inner.of, outer.by * inner.by) : undefined;
  }),
  'scale by minus one': rule(['zip'], '−1 · x = −x', (node) => {
    const scaled = scaledOf(node);
    return scaled?.by === -1 ? neg(scaled.of) : undefined;
  }),
  'scale of the smaller factor': rule(['zip'], '(k · x) · y = x · (k · y), where y is smaller', (node, once) => {
    const [a, b] = zipOf('mul', node) ?? [];
    if (a === undefined || b === undefined || fillOf(a) !== undefined || fillOf(b) !== undefined) return undefined;
    const [large, small] = size(a) > size(b) ? [a, b] : [b, a];
    const scaled = scaledOnce(large, once);
    return scaled !== undefined && size(large) > size(small) ? mul(scaled.of, times(small, scaled.by)) : undefined;
  }),
  'scaled factors': rule(['zip'], '(k · x) · (l · y) = x · (k·l · y)', (node, once) => {
    const [a, b] = zipOf('mul', node) ?? [];
    if (a === undefined || b === undefined) return undefined;
    const [x, y] = [scaledOnce(a, once), scaledOnce(b, once)];
    return x !== undefined && y !== undefined && size(a) === size(b) && ordinary(x.by) && ordinary(y.by) ? mul(x.of, times(y.of, x.by * y.by)) : undefined;
  }),
  'common factor': rule(['zip'], 'k · x + k · y = k · (x + y); so for −', (node, once) => {
    if (node.params.fn !== 'add' && node.params.fn !== 'sub') return undefined;
    const [a, b] = operandsOf(node);
    const [x, y] = [scaledOnce(a, once), scaledOnce(b, once)];
    const fits = x !== undefined && y !== undefined && x.by === y.by && ordinary(x.by) && size(node) < size(a) + size(b);
    return fits ? times(zip(node.params.fn, x.of, y.of), x.by) : undefined;
  }),
  'terms of one tensor': rule(['zip'], 'x + k · x = (1+k) · x, for k > 0', (node) => {
    const [a, b] = zipOf('add', node) ?? [];
    if (a === undefined || b === undefined || !sameSizes(a.sizes, b.sizes)) return undefined;
    const [x, y] = [a, b].map((o) => scaledOf(o) ?? { of: o, by: 1 });
    if (x === undefined || y === undefined) return undefined;
    if (x.of === y.of && x.by > 0 && y.by > 0) return times(x.of, x.by + y.by);
    if (x.of === b && x.by > 0) return times(b, x.by + 1);
    return y.of === a && y.by > 0 ? times(a, y.by + 1) : undefined;
  }),
} as const satisfies { readonly [name: string]: Rule };
