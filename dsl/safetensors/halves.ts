/**
 * Halves: whole arrays of binary16 to binary32 and back, as fast as memory goes.
 * idea:  the bits of a binary32 are shifted into place with one integer addition that rounds to nearest, ties to even; subnormal halves
 *        are rounded by adding 1/2, whose last place is theirs.
 * laws:  test/dsl/safetensors/halves.test.ts: equal to `toHalf` and `fromHalf`, bit for bit, on every half and beside every midpoint
 * source: IEEE 754-2019 binary16; Giesen, float_to_half_fast3_rtne (public domain)
 */

/** From here on a number rounds to infinity: the midpoint between the greatest half and the next power of two. */
export const halfLimit = 65520;

/** The nearest halves of `numbers`, ties to even; beyond ±65520 infinite. Place i of `into` takes number i. */
export const toHalves = (numbers: Float32Array, into: Uint16Array): void => {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const sum = new Float32Array(1);
  const sumBits = new Uint32Array(sum.buffer);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    if (size < 0x38800000) {
      sum[0] = Math.abs(numbers[i] ?? 0) + 0.5;
      into[i] = sign | ((sumBits[0] ?? 0) - 0x3f000000);
    } else if (size < 0x477ff000) into[i] = sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
    else into[i] = sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  }
};

/** The numbers that halves stand for, exact. Number i goes to place `at` + i of `into`. */
export const fromHalves = (halves: Uint16Array, into: Float32Array, at = 0): void => {
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] ?? 0;
    const size = half & 0x7fff;
    if (size >= 0x7c00) words[at + i] = ((half & 0x8000) << 16) | 0x7f800000 | ((size & 0x3ff) << 13);
    else if (size >= 0x400) words[at + i] = ((half & 0x8000) << 16) | ((size << 13) + 0x38000000);
    else into[at + i] = (half & 0x8000 ? -1 : 1) * size * 2 ** -24;
  }
};
