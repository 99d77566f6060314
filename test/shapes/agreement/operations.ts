/**
 * The operations of generated programs: each writes an expression over operands whose sizes are known.
 * idea:  the text is looked at by the compiler and run by the library, so there is one description of a program. Patterns
 *        follow the sizes most of the time, and are wrong some of the time.
 * not:   values beyond shapes: the start of a slice and the k of topk stay within bounds, which no type can see.
 */
import type { Dice, WorldDim } from './world.ts';

export interface Operand {
  readonly name: string;
  /** in the first instance */
  readonly sizes: readonly number[];
  readonly kind: string;
  /** where the axes of `...R` are, in the first instance */
  readonly batch: { readonly at: number; readonly length: number } | undefined;
}
export interface Draw extends Dice {
  readonly dims: readonly (WorldDim & { readonly size: number })[];
  /** is a size the same in every instance? */
  readonly fixed: boolean;
}
export interface Operation {
  readonly arity: number;
  readonly write: (draw: Draw, ...xs: readonly Operand[]) => string;
}

interface Axis {
  readonly term: '...' | '1' | string;
  readonly sizes: readonly number[];
}
const alphabet = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'token', 'k', 'l', 'm'];

/** The axes of an operand as '...' and single axes; `name` gives the letters. */
const axesOf = (draw: Draw, x: Operand, name: (size: number) => string, ones: boolean): readonly Axis[] => {
  const axes: Axis[] = [];
  const lead = x.batch === undefined && draw.chance(0.2) ? draw.below(x.sizes.length + 1) : undefined;
  if (lead !== undefined) axes.push({ term: '...', sizes: x.sizes.slice(0, lead) });
  for (let i = lead ?? 0; i < x.sizes.length; i += 1) {
    const size = x.sizes[i] ?? 1;
    if (x.batch?.at === i) {
      axes.push({ term: '...', sizes: x.sizes.slice(i, i + x.batch.length) });
      i += x.batch.length - 1;
    } else axes.push({ term: ones && size === 1 && draw.chance(0.5) ? '1' : name(size), sizes: [size] });
  }
  return draw.chance(0.04) ? axes.slice(1) : axes;
};

/** Letters that follow sizes: the same size often has the same letter. */
const sharing = (draw: Draw) => {
  const seen: { readonly letter: string; readonly size: number }[] = [];
  return (size: number): string => {
    const same = seen.filter((s) => s.size === size);
    if (same.length > 0 && draw.chance(0.6)) return draw.pick(same).letter;
    if (seen.length > 0 && draw.chance(0.04)) return draw.pick(seen).letter;
    const letter = alphabet[seen.length] ?? 'z';
    seen.push({ letter, size });
    return letter;
  };
};
const distinct = (draw: Draw) => {
  const used: string[] = [];
  return (): string => {
    const letter = used.length > 0 && draw.chance(0.02) ? draw.pick(used) : (alphabet[used.length] ?? 'z');
    used.push(letter);
    return letter;
  };
};
const words = (axes: readonly Axis[]): string => axes.map((a) => a.term).join(' ');
const isLetter = (term: string): boolean => term !== '...' && term !== '1' && !term.startsWith('(');
const unique = (terms: readonly string[]): readonly string[] => [...new Set(terms)];
const witness = (draw: Draw, size: number): string => (draw.dims.find((d) => d.size === size && !draw.chance(0.03)) ?? draw.pick(draw.dims)).witness;

const einsum = (draw: Draw, ...xs: readonly Operand[]): string => {
  const name = sharing(draw);
  const inputs = xs.map((x) => axesOf(draw, x, name, false));
  const terms = unique(inputs.flat().map((a) => a.term));
  const kept = draw.shuffle(terms.filter((t) => draw.chance(t === '...' ? 0.85 : 0.6)));
  const output = draw.chance(0.02) ? [...kept, 'q'] : draw.chance(0.02) ? [...kept, ...kept.slice(0, 1)] : kept;
  return `einsum('${inputs.map(words).join(', ')} -> ${output.join(' ')}')(${xs.map((x) => x.name).join(', ')})`;
};

/** An input axis as a group of two, if its size is a product of two dims. */
const grouped = (draw: Draw, axis: Axis, sized: Map<string, string>): string => {
  const size = axis.sizes[0] ?? 1;
  if (!isLetter(axis.term)) return axis.term;
  if (draw.chance(0.05)) sized.set(axis.term, witness(draw, size));
  const plain = (d: WorldDim): boolean => /^\d+$/.test(d.type);
  // no unit law: Mul<D, 1> is not D
  const factors = draw.dims.flatMap((p) => draw.dims.filter((q) => p.size * q.size === size && ((p.size > 1 && q.size > 1) || (plain(p) && plain(q)))).map((q) => [p, q] as const));
  if (factors.length === 0 ? draw.chance(0.97) : draw.chance(0.5)) return axis.term;
  const [p, q] = factors.length === 0 || draw.chance(0.03) ? [draw.pick(draw.dims), draw.pick(draw.dims)] : draw.pick(factors);
  sized.set(`${axis.term}1`, p.witness);
  if (!draw.chance(0.02)) sized.set(`${axis.term}2`, q.witness);
  return `(${axis.term}1 ${axis.term}2)`;
};
const given = (sized: ReadonlyMap<string, string>): string => (sized.size === 0 ? '' : `, { ${[...sized].map(([axis, w]) => `${axis}: ${w}`).join(', ')} }`);

/** Neighbouring letters merged into groups, '1' put in, now and then a mistake. */
const closed = (draw: Draw, terms: readonly string[]): string => {
  const out: string[] = [];
  for (let i = 0; i < terms.length; i += 1) {
    const [a, b, c] = [terms[i] ?? '', terms[i + 1], terms[i + 2]];
    if (draw.chance(0.07)) out.push('1');
    if (draw.chance(0.02)) continue;
    if (isLetter(a) && b !== undefined && isLetter(b) && draw.chance(0.3)) {
      if (c !== undefined && isLetter(c) && draw.chance(0.3)) {
        out.push(`(${a} ${b} ${c})`);
        i += 2;
      } else {
        out.push(`(${a} ${b})`);
        i += 1;
      }
    } else if (isLetter(a) && draw.chance(0.03)) out.push(`(${a})`);
    else out.push(a);
  }
  if (draw.chance(0.02)) out.push('q');
  return out.join(' ');
};
const opened = (terms: readonly string[]): readonly string[] => terms.filter((t) => t !== '1').flatMap((t) => t.replaceAll(/[()]/g, '').split(' '));

const rearrange = (draw: Draw, x: Operand): string => {
  const sized = new Map<string, string>();
  const input = axesOf(draw, x, distinct(draw), true).map((a) => grouped(draw, a, sized));
  const atoms = opened(input);
  return `rearrange('${input.join(' ')} -> ${closed(draw, draw.chance(0.7) ? draw.shuffle(atoms) : atoms)}'${given(sized)})(${x.name})`;
};
const repeat = (draw: Draw, x: Operand): string => {
  const sized = new Map<string, string>();
  const input = axesOf(draw, x, distinct(draw), true).map((a) => (draw.chance(0.2) ? grouped(draw, a, sized) : a.term));
  const fresh = ['n', 'r'].slice(0, 1 + draw.below(2));
  const places = [...opened(input)];
  for (const letter of fresh) places.splice(draw.below(places.length + 1), 0, letter);
  for (const letter of fresh) if (!draw.chance(0.03)) sized.set(letter, draw.pick(draw.dims).witness);
  return `repeat('${input.join(' ')} -> ${closed(draw, places)}'${given(sized)})(${x.name})`;
};
const reduce = (draw: Draw, x: Operand): string => {
  const sized = new Map<string, string>();
  const input = axesOf(draw, x, distinct(draw), true).map((a) => (draw.chance(0.3) ? grouped(draw, a, sized) : a.term));
  const kept = opened(input).flatMap((t) => (draw.chance(t === '...' ? 0.85 : 0.6) ? [t] : draw.chance(0.3) ? ['1'] : []));
  return `reduce('${draw.pick(['sum', 'mean', 'max'])}', '${input.join(' ')} -> ${closed(draw, draw.chance(0.3) ? draw.shuffle(kept) : kept)}'${given(sized)})(${x.name})`;
};

const over = (draw: Draw, x: Operand, y: Operand): string => {
  const first = axesOf(draw, x, distinct(draw), true);
  const free = new Map(first.map((a) => [a.term, a.sizes]));
  const name = (size: number): string => {
    const fit = [...free].find(([term, sizes]) => isLetter(term) && sizes[0] === size && !draw.chance(0.1));
    if (fit !== undefined) free.delete(fit[0]);
    return fit?.[0] ?? (draw.chance(0.7) ? '1' : 'q');
  };
  return `${draw.pick(['addOver', 'subOver', 'mulOver', 'divOver'])}('${words(first)}, ${words(axesOf(draw, y, name, true))}')(${x.name}, ${y.name})`;
};
const softmaxOver = (draw: Draw, x: Operand): string => {
  const terms = axesOf(draw, x, distinct(draw), true);
  const letters = terms.map((a) => a.term).filter(isLetter);
  return `softmaxOver('${words(terms)}', '${letters.length === 0 || draw.chance(0.03) ? 'q' : draw.pick(letters)}')(${x.name})`;
};

const axis = (draw: Draw): number => draw.pick([0, -1, -1, -1, -2, -2, -3]);
const sizeAt = (x: Operand, at: number): number => x.sizes.at(at) ?? 1;
const split = (draw: Draw, x: Operand): string => {
  const at = axis(draw);
  const pairs = draw.dims.flatMap((p) => draw.dims.filter((q) => p.size + q.size === sizeAt(x, at)).map((q) => [p, q] as const));
  const [p, q] = pairs.length === 0 || draw.chance(0.1) ? [draw.pick(draw.dims), draw.pick(draw.dims)] : draw.pick(pairs);
  return `split(${at})(${p.witness}, ${q.witness})(${x.name})[${draw.below(2)}]`;
};
const take = (draw: Draw, x: Operand): string => {
  const at = axis(draw);
  const own = sizeAt(x, at);
  const m = draw.pick(draw.dims.filter((d) => d.size === 1 || d.size === own || (draw.fixed && d.size < own)));
  return `take(${at})(${draw.fixed ? draw.below(own - m.size + 1) : 0}, ${m.witness})(${x.name})`;
};
const topk = (draw: Draw, x: Operand): string => `topk(dim(1))(${x.name})[${draw.below(2)}]`;

const call = (...names: readonly string[]) => (draw: Draw, ...xs: readonly Operand[]): string => `${draw.pick(names)}(${xs.map((x) => x.name).join(', ')})`;
const any = (draw: Draw): string => draw.pick(draw.dims).witness;

export const operations = {
  einsum1: { arity: 1, write: einsum },
  einsum2: { arity: 2, write: einsum },
  einsum3: { arity: 3, write: einsum },
  rearrange: { arity: 1, write: rearrange },
  repeat: { arity: 1, write: repeat },
  repeatAs: { arity: 2, write: (_, x, y) => `repeat('... x -> ... n x', { n: firstDim(${y.name}) })(${x.name})` },
  reduce: { arity: 1, write: reduce },
  over: { arity: 2, write: over },
  softmaxOver: { arity: 1, write: softmaxOver },
  matmul: { arity: 2, write: call('matmul') },
  dot: { arity: 2, write: call('dot') },
  zip: { arity: 2, write: call('add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow') },
  bias: { arity: 2, write: call('addBias', 'mulBias') },
  map: { arity: 1, write: (draw, x) => `${draw.pick(['neg', 'exp', 'sigmoid', 'gelu', 'relu', 'stopGradient', 'scale(2)', 'shift(1)', 'atLeast(0)', 'atMost(1)'])}(${x.name})` },
  lastAxis: { arity: 1, write: (draw, x) => `${draw.pick(['softmax', 'logSoftmax', 'standardise()', 'unit()'])}(${x.name})` },
  concat: { arity: 2, write: (draw, x, y) => `concat(${axis(draw)})(${x.name}, ${y.name})` },
  split: { arity: 1, write: split },
  take: { arity: 1, write: take },
  stack: { arity: 2, write: (_, x, y) => `stack(vec(${x.name}, ${y.name}, ${x.name}))` },
  unstack: { arity: 2, write: (_, x, y) => `stack(appendV(unstack(${x.name}), unstack(${y.name})))` },
  along: { arity: 1, write: (draw, x) => `${draw.pick(['sum', 'mean', 'sumKeep', 'meanKeep'])}(${axis(draw)})(${x.name})` },
  embed: { arity: 2, write: call('embed') },
  argmax: { arity: 1, write: call('argmax') },
  oneHot: { arity: 1, write: (draw, x) => `oneHot(${any(draw)})(${x.name})` },
  topk: { arity: 1, write: topk },
  crossEntropy: { arity: 2, write: call('crossEntropy') },
  compare: { arity: 2, write: call('less', 'lessEqual', 'equal') },
  logic: { arity: 2, write: call('and', 'or', 'xor') },
  where: { arity: 3, write: call('where') },
  leaf: { arity: 0, write: (draw) => draw.pick([`eye(${any(draw)})`, `full(0.5, ${any(draw)}, ${any(draw)})`]) },
  linear: { arity: 1, write: (draw, x) => `instantiate(linear(${witness(draw, sizeAt(x, -1))}, ${any(draw)}), 'linear')(${x.name})` },
  norm: { arity: 1, write: (draw, x) => `residual(instantiate(layerNorm(${witness(draw, sizeAt(x, -1))}), 'norm'))(${x.name})` },
} as const satisfies { readonly [name: string]: Operation };
export type OperationName = keyof typeof operations;
export const operationNames = Object.keys(operations).filter((name): name is OperationName => name in operations);
