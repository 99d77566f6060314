/**
 * Init: how a parameter starts; a pure function of a key and the sizes.
 */
import { elements, type Sizes } from './expr.ts';
import { type Key, normalParts, uniformParts } from './random.ts';

/** Row-major starting values of a parameter of the given sizes. */
export type Init = (key: Key, sizes: Sizes) => Float32Array;

export const constantInit = (value: number): Init => (_, sizes) => new Float32Array(elements(sizes)).fill(value);
export const zeros: Init = constantInit(0);
export const ones: Init = constantInit(1);

/** N(0, std). */
export const normalInit = (std: number): Init => (key, sizes) => {
  const out = new Float32Array(elements(sizes));
  for (const { from, numbers } of normalParts(key, out.length)) for (let i = 0; i < numbers.length; i += 1) out[from + i] = std * (numbers[i] ?? 0);
  return out;
};

/** U(−limit, limit). */
export const uniformInit = (limit: number): Init => (key, sizes) => {
  const out = new Float32Array(elements(sizes));
  for (const { from, numbers } of uniformParts(key, out.length)) for (let i = 0; i < numbers.length; i += 1) out[from + i] = limit * (2 * (numbers[i] ?? 0) - 1);
  return out;
};

/**
 * N(0, 1/√fan), where fan is the product of the first `axes` sizes: a weight [in, …out] keeps the variance of its input.
 * source: LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998
 */
export const fanIn = (axes = 1): Init => (key, sizes) => normalInit(1 / Math.sqrt(Math.max(1, elements(sizes.slice(0, axes)))))(key, sizes);
