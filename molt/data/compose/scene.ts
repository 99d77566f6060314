/**
 * A scene: a background and the objects placed on it, such that every object stands out.
 * idea:    objects are placed with little overlap; the background is drawn again (at most six times) until each visible object differs from it on average by more than 0.13.
 * laws:    test/molt/data/compose — marks lie where objects were painted; the frame of no objects is the background.
 */
import type { Random } from './random.ts';
import { background, paint } from './canvas.ts';
import type { Canvas, Placed } from './canvas.ts';
import type { Drawing } from './materials.ts';

export interface Item {
  readonly drawing: Drawing;
  readonly place: Placed;
  /** colour of a drawing of one colour */
  readonly tint: readonly [number, number, number];
}

const hex = (code: number): readonly [number, number, number] => [(code >> 16) / 255, ((code >> 8) & 255) / 255, (code & 255) / 255];

/** Colours of drawings that have none of their own. */
const tints = [0x222222, 0x7a3b10, 0xb5651d, 0xc9a227, 0x8b1a1a, 0x1f3a5f, 0xeeeeee, 0x3d5a3d].map(hex);

export const tintOf = (source: Random): readonly [number, number, number] => source.pick(tints);

/** Places for `count` objects, long sides between `least` and `most` of the frame's side, each the best of up to 60 tries. */
export const places = (source: Random, side: number, count: number, least: number, most: number): readonly Placed[] => {
  const placed: Placed[] = [];
  for (let k = 0; k < count; k++) {
    let best = { x: side / 2, y: side / 2, size: least * side, overlap: Number.POSITIVE_INFINITY };
    for (let attempt = 0; attempt < 60 && best.overlap > 0; attempt++) {
      const size = side * source.uniform(least, count > 3 ? Math.min(most, 0.38) : most);
      const [x, y] = [source.uniform(size / 2, side - size / 2), source.uniform(size / 2, side - size / 2)];
      const overlap = placed.reduce((worst, other) => Math.max(worst, (other.size + size) * 0.42 - Math.hypot(other.x - x, other.y - y)), 0);
      if (overlap < best.overlap) best = { x, y, size, overlap };
    }
    placed.push({
      x: best.x, y: best.y, size: best.size,
      rotation: source.uniform(-0.7, 0.7), flip: source.chance(0.5),
      gain: [source.uniform(0.8, 1.1), source.uniform(0.8, 1.1), source.uniform(0.8, 1.1)],
    });
  }
  return placed;
};

/** A copy of the background with the items painted in order; item i is marked i + 1 in `marks`. */
export const painted = (ground: Canvas, items: readonly Item[], marks?: Uint8Array): Canvas => {
  const canvas = { side: ground.side, rgb: ground.rgb.slice() };
  items.forEach(({ drawing, place, tint }, i) => paint(canvas, drawing.glyph, place, tint, marks, i + 1));
  return canvas;
};

/** Mean distance of each item's visible pixels from the background; 0 for an item that is fully hidden. */
export const contrasts = (ground: Canvas, items: readonly Item[]): readonly number[] => {
  const marks = new Uint8Array(ground.side ** 2);
  const canvas = painted(ground, items, marks);
  const sums = items.map(() => ({ distance: 0, pixels: 0 }));
  for (let p = 0; p < marks.length; p++) {
    const sum = sums[(marks[p] ?? 0) - 1];
    if (sum === undefined) continue;
    for (let k = 0; k < 3; k++) sum.distance += Math.abs((canvas.rgb[p * 3 + k] ?? 0) - (ground.rgb[p * 3 + k] ?? 0)) / 3;
    sum.pixels += 1;
  }
  return sums.map(({ distance, pixels }) => distance / Math.max(1, pixels));
};

const standsOut = 0.13;

/** A background on which every item stands out, or the last of seven tries. */
export const groundFor = (source: Random, side: number, items: readonly Item[]): Canvas => {
  for (let attempt = 0; ; attempt++) {
    const ground = background(source, side);
    if (attempt >= 6 || contrasts(ground, items).every((contrast) => contrast > standsOut)) return ground;
  }
};

/** The item moved by up to ± 3 % of the side and turned by up to ± 0.12 rad. */
export const jittered = (source: Random, side: number, item: Item): Item => ({
  ...item,
  place: {
    ...item.place,
    x: item.place.x + source.uniform(-0.03, 0.03) * side,
    y: item.place.y + source.uniform(-0.03, 0.03) * side,
    rotation: item.place.rotation + source.uniform(-0.12, 0.12),
  },
});
