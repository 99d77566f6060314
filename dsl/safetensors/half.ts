/**
 * Half: numbers of 16 bits, as bits and back, for both layouts in use.
 * idea:  one rounding, to nearest with ties to even, straight from double precision: scaled by the last place, halves become exact.
 * laws:  bits → number → bits is the identity but for the payload of NaN; number → bits gives the nearest, monotone.
 * source: IEEE 754-2019 binary16; bfloat16 is binary32 without its lower half.
 */

/** Bits of the fraction; exponent of the least normal number; bits of infinity. */
export interface Half {
  readonly fraction: number;
  readonly least: number;
  readonly infinity: number;
}

export const binary16: Half = { fraction: 10, least: -14, infinity: 0x7c00 };
export const bfloat16: Half = { fraction: 7, least: -126, infinity: 0x7f80 };

/** The number that 16 bits stand for, exact. */
export const fromHalf = ({ fraction, least, infinity }: Half, bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const rest = bits & 0x7fff;
  if (rest >= infinity) return rest === infinity ? sign * Infinity : NaN;
  const exponent = rest >> fraction;
  const significand = (rest & ((1 << fraction) - 1)) + (exponent === 0 ? 0 : 1 << fraction);
  return sign * significand * 2 ** (Math.max(exponent, 1) - 1 + least - fraction);
};

const roundTiesToEven = (x: number): number => {
  const below = Math.floor(x);
  const over = x - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
};

/** Exponent e of x > 0 with 2^e ≤ x < 2^(e+1). */
const exponentOf = (x: number): number => {
  const guess = Math.floor(Math.log2(x));
  return 2 ** guess > x ? guess - 1 : 2 ** (guess + 1) <= x ? guess + 1 : guess;
};

/** The 16 bits nearest to a number; too great a one becomes infinity. */
export const toHalf = ({ fraction, least, infinity }: Half, x: number): number => {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return infinity | (1 << (fraction - 1));
  if (size === Infinity) return sign | infinity;
  const exponent = size < 2 ** least ? least : exponentOf(size);
  const significand = roundTiesToEven(size / 2 ** (exponent - fraction)); // a carry into the exponent is what the layout wants
  return sign | Math.min(infinity, significand + (exponent - least) * 2 ** fraction);
};
