/**
 * Subject: a function on tensors as laws see it: what it takes, and how it builds its outputs.
 * idea:  `{ inputs, apply }` and nothing else. The weights it reads are leaves of the graph that it builds, so laws find them
 *        there and bind numbers by name; data are a seed, so that a sample is small and shrinks.
 * not:   typed by shapes: a law is written for whatever sizes it is given.
 * This file is a trust boundary: it passes nodes to typed functions under the shapes that they declare.
 */
import fc from 'fast-check';
import { type Bindings, closeGraph, type ElementType, elements, instantiate, inputNode, is, type Block, type Node, random, type Sizes, unwrap, type Value, wrap } from '../dsl/index.ts';
import type { AnyTensor } from '../shapes/index.ts';
import { type Domain, exact, normals } from './arbitraries/domains.ts';

/** One input: its sizes, and where its numbers come from. */
export interface Given {
  readonly sizes: Sizes;
  readonly dtype: ElementType;
  /** bound of an index input */
  readonly below?: number;
  /** default: standard normal */
  readonly domain?: Domain;
}

export interface Subject {
  /** how a failure calls it, before its inputs: `b = 1, n = 2` */
  readonly letters?: string;
  readonly inputs: readonly Given[];
  readonly apply: (...inputs: readonly Node[]) => readonly Node[];
}

/** Subjects of many sizes; one subject is `fc.constant(subject)`. */
export type Subjects = fc.Arbitrary<Subject>;

/** Numbers of the given sizes. */
export const given = (sizes: Sizes, domain: Domain = normals): Given => ({ sizes, dtype: 'f32', domain });
/** Indices below n. */
export const givenIds = (sizes: Sizes, below: number): Given => ({ sizes, dtype: 'i32', below });
/** Truth values. */
export const givenMask = (sizes: Sizes): Given => ({ sizes, dtype: 'bool' });

/** A function of typed tensors called with nodes, whatever it returns. */
export const called = <R>(f: (...xs: never[]) => R) => (...xs: readonly Node[]): R => Reflect.apply(f, undefined, xs.map((x) => wrap(x))) as R;

/** A function of typed tensors as a function of nodes. */
export const onNodes = (f: (...xs: never[]) => AnyTensor) => (...xs: readonly Node[]): Node => unwrap(called(f)(...xs));

/** A function of typed tensors as a subject: `subjectOf(softmax, [[2, 3]])`. */
export const subjectOf = (f: (...xs: never[]) => AnyTensor, inputs: readonly Sizes[]): Subject => ({ inputs: inputs.map((sizes) => given(sizes)), apply: (...xs) => [onNodes(f)(...xs)] });

/** A block as a subject; its weights are drawn. */
export const blockSubject = <P, F extends (...xs: never[]) => AnyTensor>(b: Block<P, F>, inputs: readonly Sizes[]): Subject => subjectOf(instantiate(b), inputs);

/** The leaves that stand for the inputs: x0, x1 … */
export const inputsOf = ({ inputs }: Subject): readonly Node[] => inputs.map(({ sizes, dtype, below }, i) => inputNode(`x${i}`, sizes, dtype, below));

/** The outputs of a subject on its inputs. */
export const rootsOf = (subject: Subject): readonly Node[] => subject.apply(...inputsOf(subject));

const numbers = {
  f32: (key, n, domain) => domain(key, n).map(Math.fround),
  i32: (key, n, _, below) => Int32Array.from(random.uniform(key, n), (u) => Math.floor(u * below)),
  bool: (key, n) => Uint8Array.from(random.uniform(key, n), (u) => (u < 0.5 ? 0 : 1)),
} as const satisfies { readonly [T in ElementType]: (key: random.Key, n: number, domain: Domain, below: number) => Value['data'] };

/** A value drawn for an input. f32 values are exact in single precision, in a Float64Array. */
export const drawn = ({ sizes, dtype, below = 3, domain = normals }: Given, key: random.Key): Value => ({ sizes, dtype, data: numbers[dtype](key, elements(sizes), domain, below) });

/** Every leaf of the roots bound to numbers that its name and the seed decide. */
export const bindAll = (roots: readonly Node[], seed: number, domainOf: (name: string) => Domain = () => exact): Bindings => {
  const inputs = new Map<string, Value>();
  const parameters = new Map<string, Value>();
  const key = random.key(seed);
  for (const leaf of closeGraph(roots).nodes) {
    if (is('input', leaf)) {
      const { name, below } = leaf.params;
      inputs.set(name, drawn({ sizes: leaf.sizes, dtype: leaf.dtype, domain: domainOf(name), ...(below === undefined ? {} : { below }) }, random.named(key, name)));
    } else if (is('parameter', leaf)) parameters.set(leaf.params.name, drawn({ sizes: leaf.sizes, dtype: 'f32', domain: normals }, random.named(key, leaf.params.name)));
  }
  return { inputs, parameters };
};

/** Inputs and weights of a subject, from a seed. `extra` are more roots whose leaves need numbers. */
export const bindSubject = (subject: Subject, seed: number, extra: readonly Node[] = []): Bindings =>
  bindAll([...rootsOf(subject), ...inputsOf(subject), ...extra], seed, (name) => subject.inputs[Number(name.slice(1))]?.domain ?? normals);

/** Seeds of data. */
export const seeds: fc.Arbitrary<number> = fc.nat({ max: 2 ** 31 - 1 });

/** As printed in a failure. */
export const showSubject = ({ letters, inputs }: Subject): string => `${letters === undefined ? '' : `${letters}: `}${inputs.map(({ sizes, dtype }) => `${dtype}[${sizes.join(', ')}]`).join(', ')}`;

const few = 12;
/** The numbers of the inputs, where they are few: `x0 = (0.5, −1.2)`. */
export const showInputs = ({ inputs }: Subject, seed: number): string =>
  inputs.flatMap((one, i) => (elements(one.sizes) > few ? [] : [`x${i} = (${Array.from(drawn(one, random.named(random.key(seed), `x${i}`)).data, (x) => Number(x.toPrecision(4))).join(', ')})`])).join(', ');
