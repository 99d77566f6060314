/**
 * Cubic: the kernel of bicubic interpolation.
 * laws:   the weights of the four nearest samples sum to 1; a sample at distance 0 weighs 1, at 1 and 2 nothing.
 * source: Keys 1981 with a = −0.75, as torch.nn.functional.interpolate
 */
const a = -0.75;

/** Weight of a sample at distance x ≥ 0. */
export const cubic = (x: number): number => (x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0);
