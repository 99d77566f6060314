/**
 * Init: how a parameter starts; a pure function of a key and the sizes.
 */
import { elements, type Sizes } from './expr.ts';
import { type Key, normal as gaussian, uniform as flat } from './random.ts';

/** Row-major starting values of a parameter of the given sizes. */
export type Init = (key: Key, sizes: Sizes) => Float32Array;

export const constantInit = (value: number): Init => (_, sizes) => new Float32Array(elements(sizes)).fill(value);
export const zeros: Init = constantInit(0);
export const ones: Init = constantInit(1);

/** N(0, std). */
export const normalInit = (std: number): Init => (key, sizes) => Float32Array.from(gaussian(key, elements(sizes)), (x) => std * x);

/** U(−limit, limit). */
export const uniformInit = (limit: number): Init => (key, sizes) => Float32Array.from(flat(key, elements(sizes)), (u) => limit * (2 * u - 1));

/**
 * N(0, 1/√fan), where fan is the product of the first `axes` sizes: a weight [in, …out] keeps the variance of its input.
 * source: LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998
 */
export const fanIn = (axes = 1): Init => (key, sizes) => normalInit(1 / Math.sqrt(Math.max(1, elements(sizes.slice(0, axes)))))(key, sizes);
