/**
 * Contraction: einsums without what they needn't know: permutes, broadcasts, numbers, identities, axes of size 1.
 * idea:  an einsum names axes, so a permute of an operand or of the result is another naming. An operand that is the same along
 *        an axis does without it; if no operand has it any more, it is a factor (summed) or a broadcast (kept). Numbers leave
 *        the einsum and are applied where the tensor is smallest.
 * not:   einsums of einsums, and the order of contraction: that is planning (`dsl/contract`).
 * measure: elements of operands, axes, operands; then elements of scaled tensors; then how far a layout is from its users.
 */
import { permute, reshape } from '../build.ts';
import { elements, is, type Node, type Sizes, sameSizes } from '../expr.ts';
import { type Once, rule, type Rule } from './rule.ts';
import { einsumOf, isEmpty, onFewer, sizesOf, type Term, termsOf, unrepeated, without } from './terms.ts';
import { core, fillOf, operandOf, ordinary, scaledOf, scaledOnce, times } from './views.ts';

/** x as a permute, maybe behind a reshape that removes axes of size 1: the term of the operand of the permute. */
const unpermuted = (term: Term): Term => {
  const { node, axes } = term;
  if (is('permute', node)) return { node: operandOf(node), axes: node.params.axes.map((_, i) => axes[node.params.axes.indexOf(i)] ?? 0) };
  const below = node.operands[0];
  if (!is('reshape', node) || below === undefined || !is('permute', below) || !sameSizes(node.sizes, core(below.sizes))) return term;
  const inner = operandOf(below);
  const wide = below.params.axes.filter((a) => inner.sizes[a] !== 1);
  const order = wide.toSorted((a, b) => a - b);
  return { node: reshape(inner, core(inner.sizes)), axes: order.map((a) => axes[wide.indexOf(a)] ?? 0) };
};

const isEye = (node: Node): boolean => {
  const [n, m] = node.sizes;
  return is('constant', node) && node.sizes.length === 2 && n !== undefined && n === m && n > 1 && node.params.data.every((x, i) => x === (i % (n + 1) === 0 ? 1 : 0));
};

/** The names after one axis takes the place of another. */
const renaming = (from: number, to: number) => (axes: readonly number[]): readonly number[] => axes.map((a) => (a === from ? to : a));

/** The einsum without its identity matrix, where this keeps every element of the other operands in use. */
const withoutEye = (node: Node<'einsum'>): Node | undefined => {
  const terms = termsOf(node);
  const at = terms.findIndex((t) => isEye(t.node) && t.axes[0] !== t.axes[1]);
  const [i, j] = terms[at]?.axes ?? [];
  if (i === undefined || j === undefined) return undefined;
  const others = terms.filter((_, o) => o !== at);
  const [gone, stays] = node.params.output.includes(j) ? [i, j] : [j, i];
  const both = others.some((t) => t.axes.includes(i) && t.axes.includes(j));
  const known = others.some((t) => t.axes.includes(i) || t.axes.includes(j));
  if (both || !known || node.params.output.includes(gone)) return undefined;
  const named = renaming(gone, stays);
  return einsumOf(others.map((t) => ({ node: t.node, axes: named(t.axes) })), node.params.output);
};

/** The index of the smallest of the terms that is no einsum itself, so that a number there doesn't part two einsums. */
const smallest = (terms: readonly Term[]): number | undefined => {
  const free = terms.flatMap((t, i) => (is('einsum', t.node) ? [] : [i]));
  return free.toSorted((a, b) => elements(terms[a]?.node.sizes ?? []) - elements(terms[b]?.node.sizes ?? []))[0];
};

/** The einsum times a number: at its smallest operand if that is smaller than the result, else at the result. */
const scaledEinsum = (terms: readonly Term[], output: readonly number[], sizes: Sizes, k: number): Node => {
  const at = smallest(terms);
  const target = at === undefined ? undefined : terms[at];
  return target !== undefined && elements(target.node.sizes) < elements(sizes)
    ? einsumOf(terms.map((t, i) => (i === at ? { node: times(t.node, k), axes: t.axes } : t)), output)
    : times(einsumOf(terms, output), k);
};

/** Numbers of the operands gathered, if this lessens the elements that are scaled or takes a number out from between einsums. */
const gathered = (node: Node<'einsum'>, once: Once): Node | undefined => {
  const found = termsOf(node).map((t) => ({ term: t, scaled: scaledOnce(t.node, once) }));
  const scales = found.flatMap(({ scaled }) => scaled ?? []);
  if (scales.length === 0 || !scales.every((s) => ordinary(s.by))) return undefined;
  const bare = found.map(({ term, scaled }): Term => ({ node: scaled?.of ?? term.node, axes: term.axes }));
  const at = smallest(bare);
  const place = Math.min(elements(node.sizes), at === undefined ? Infinity : elements(bare[at]?.node.sizes ?? []));
  const now = scales.reduce((sum, s) => sum + elements(s.of.sizes), 0);
  const atResult = place === elements(node.sizes);
  return place < now || (atResult && place === now) ? scaledEinsum(bare, node.params.output, node.sizes, scales.reduce((k, s) => k * s.by, 1)) : undefined;
};

export const contractionRules = {
  'einsum of permute': rule(['einsum'], 'einsum(permute x) = einsum x, with other names', (node) => {
    const terms = termsOf(node);
    const renamed = terms.map(unpermuted);
    return renamed.every((t, i) => t === terms[i]) ? undefined : einsumOf(renamed, node.params.output);
  }),
  'permute of einsum': rule(['permute'], 'permute(einsum x) = einsum x, with its axes in another order', (node, once) => {
    const x = operandOf(node);
    return is('einsum', x) && once(x) ? einsumOf(termsOf(x), node.params.axes.map((a) => x.params.output[a] ?? 0)) : undefined;
  }),
  'einsum of broadcast': rule(['einsum'], 'einsum(broadcast x) = n · einsum x, or broadcast(einsum x), without the repeated axes', (node) =>
    !isEmpty(node) && node.operands.some((o) => is('broadcast', o)) ? onFewer(node, termsOf(node).map(unrepeated)) : undefined,
  ),
  'einsum of fill': rule(['einsum'], 'einsum(x, fill k) = k·n · einsum x', (node) => {
    if (isEmpty(node)) return undefined;
    const numbers = node.operands.flatMap((o) => fillOf(o) ?? []);
    const rest = termsOf(node).filter((t) => !is('fill', t.node));
    return numbers.length > 0 && numbers.every((k) => k === 0 || ordinary(k)) && rest.length > 0 ? onFewer(node, rest, numbers.reduce((a, b) => a * b, 1)) : undefined;
  }),
  'einsum over one': rule(['einsum'], 'einsum x = einsum(reshape x), without axes of size 1', (node) => {
    const sizes = sizesOf(termsOf(node));
    if (isEmpty(node) || ![...sizes.values()].includes(1)) return undefined;
    const terms = termsOf(node).map((t) => without(t, (i) => t.node.sizes[i] === 1));
    return reshape(einsumOf(terms, node.params.output.filter((axis) => sizes.get(axis) !== 1)), node.sizes);
  }),
  // A row of the identity chooses one element; infinite elements beside it made NaN of 0·∞ before, and stay infinite here.
  'einsum of identity': rule(['einsum'], 'einsum(x, eye) = einsum x, where both axes of eye are one', (node) => (isEmpty(node) ? undefined : withoutEye(node))),
  'einsum that moves': rule(['einsum'], 'einsum x = permute x, where nothing is summed', (node) => {
    const [x, ...more] = termsOf(node);
    if (x === undefined || more.length > 0 || x.axes.length !== node.params.output.length || new Set(x.axes).size !== x.axes.length) return undefined;
    return permute(x.node, node.params.output.map((axis) => x.axes.indexOf(axis)));
  }),
  'scaled operands': rule(['einsum'], 'einsum(k · x, y) = k · einsum(x, y), or at the smallest operand', (node, once) => (isEmpty(node) ? undefined : gathered(node, once))),
  'scaled einsum': rule(['zip', 'map'], 'k · einsum(x, y) = einsum(k · x, y), where x is smaller than the result', (node, once) => {
    const scaled = scaledOf(node);
    if (scaled === undefined || !is('einsum', scaled.of) || !once(scaled.of) || isEmpty(scaled.of)) return undefined;
    const terms = termsOf(scaled.of);
    const at = smallest(terms);
    const target = at === undefined ? undefined : terms[at];
    return target !== undefined && elements(target.node.sizes) < elements(node.sizes) && sameSizes(scaled.of.sizes, node.sizes) ? scaledEinsum(terms, scaled.of.params.output, node.sizes, scaled.by) : undefined;
  }),
} as const satisfies { readonly [name: string]: Rule };
