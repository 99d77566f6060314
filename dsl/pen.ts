/**
 * Pen: what nodes are written with as words of integers (words.ts).
 * idea:  texts and the data of constants get numbers from tables of their own; a fraction is its two halves. Every list says its length first,
 *        so that different parts never make one word.
 * not:   operands: what of them a word is about, their identity or their sizes, is for who writes (intern.ts, forms.ts).
 */
import type { Data, Node, Params, Primitive } from './expr.ts';
import { type Words, wordTable } from './words.ts';

export interface Pen {
  /** an integer of 32 bits */
  readonly put: (n: number) => void;
  /** any number; unlike by ===, −0 is not 0 */
  readonly real: (x: number) => void;
  readonly text: (text: string) => void;
  readonly list: (sizes: readonly number[]) => void;
  readonly data: (data: Data) => void;
}

/** Written before a size that is no integer of 32 bits. */
const large = -(2 ** 31);

/** Constants up to this many elements are compared by content, larger ones by identity. */
const contentLimit = 4096;

/** A pen for words that `put` adds integers to. */
export const pen = (put: (n: number) => void): Pen => {
  const number = new Float64Array(1);
  const halves = new Int32Array(number.buffer);
  const texts = new Map<string, number>();
  const known = new Map<Data, number>();
  /** of the data of constants; most graphs have none */
  let contents: Words | undefined;

  const real = (x: number): void => {
    number[0] = x;
    put(halves[0] ?? 0);
    put(halves[1] ?? 0);
  };
  const contentOf = (data: Data): number => {
    contents ??= wordTable();
    for (let i = 0; i < data.length; i += 1) {
      number[0] = data[i] ?? 0;
      contents.put(halves[0] ?? 0);
      contents.put(halves[1] ?? 0);
    }
    return contents.end();
  };
  const identityOf = (data: Data): number => {
    const id = known.get(data) ?? -1 - known.size;
    known.set(data, id);
    return id;
  };
  return {
    put,
    real,
    text: (text) => {
      const id = texts.get(text) ?? texts.size;
      if (id === texts.size) texts.set(text, id);
      put(id);
    },
    list: (sizes) => {
      put(sizes.length);
      for (let i = 0; i < sizes.length; i += 1) {
        const n = sizes[i] ?? 0;
        if ((n | 0) === n) put(n);
        else {
          put(large);
          real(n);
        }
      }
    },
    data: (data) => put(data.length <= contentLimit ? contentOf(data) : identityOf(data)),
  };
};

/** How the parameters of each primitive are written; those of an einsum as `writeAxes` does. */
const parameters = {
  input: ({ name, below = NaN }, { text, real }) => {
    text(name);
    real(below);
  },
  parameter: ({ name, trainable }, { text, put }) => {
    text(name);
    put(trainable ? 1 : 0);
  },
  constant: ({ data }, pen) => pen.data(data),
  fill: ({ value }, { real }) => real(value),
  einsum: ({ inputs, output }, own) => writeAxes(inputs, output, own),
  map: ({ fn }, { text }) => text(fn),
  zip: ({ fn }, { text }) => text(fn),
  compare: ({ fn }, { text }) => text(fn),
  logic: ({ fn }, { text }) => text(fn),
  select: () => {},
  max: () => {},
  argmax: () => {},
  topk: ({ k }, { real }) => real(k),
  reshape: ({ sizes }, { list }) => list(sizes),
  permute: ({ axes }, { list }) => list(axes),
  broadcast: ({ sizes }, { list }) => list(sizes),
  slice: ({ begin, size }, { list }) => {
    list(begin);
    list(size);
  },
  pad: ({ before, after }, { list }) => {
    list(before);
    list(after);
  },
  concat: ({ axis }, { real }) => real(axis),
  gather: () => {},
  scatterAdd: ({ rows }, { real }) => real(rows),
  oneHot: ({ depth }, { real }) => real(depth),
  cast: ({ to }, { text }) => text(to),
  stopGradient: () => {},
  softmax: () => {},
  layerNorm: ({ eps }, { real }) => real(eps),
  gelu: () => {},
} as const satisfies { readonly [P in Primitive]: (params: Params[P], pen: Pen) => void };

export const writeParameters = <P extends Primitive>({ primitive, params }: Node<P>, pen: Pen): void => {
  const write: { readonly [Q in Primitive]: (params: Params[Q], pen: Pen) => void } = parameters;
  write[primitive](params, pen);
};

/** The axes of an einsum, named by the order in which they first appear. */
export const writeAxes = (inputs: Params['einsum']['inputs'], output: Params['einsum']['output'], { list }: Pen): void => {
  const names: number[] = [];
  const named = (axis: number): number => {
    const known = names.indexOf(axis);
    return known < 0 ? names.push(axis) - 1 : known;
  };
  for (const axes of inputs) list(axes.map(named));
  list(output.map(named));
};
