/** The arena takes the steps of PyTorch and of AdamW in double precision; its regions do not overlap; products = whole gradients. */
import * as E from 'fp-ts/lib/Either.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fault, printFault } from '../../../shapes/fault.ts';
import { random } from '../../../dsl/index.ts';
import { adamWDefaults, type AdamWConfig, arenaOf, type ProductSizes, type Slot, trainState } from '../../../dsl/optim/index.ts';
import { layoutOf, type Place, type Region } from '../../../dsl/optim/layout.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';
import { helperThreads } from '../../../molt/train/threads.ts';
import { adamWReference, type Doubles } from './reference.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const held = <A>(a: A | undefined): A => {
  if (a === undefined) throw new Error('missing');
  return a;
};
const golden = new URL('../../golden/ops.safetensors', import.meta.url).pathname;

test.each(['adam', 'adamw'] as const)('%s takes the same steps as PyTorch', async (name) => {
  const { tensors } = right(await readSafetensors(golden)());
  const at = (key: string): readonly number[] => Array.from(tensors.get(`${name}.${key}`)?.data ?? []);
  const [rate = 0, beta1 = 0, beta2 = 0, epsilon = 0, decay = 0] = at('options');
  const width = at('w0').length;
  const arena = right(arenaOf(new Map([['w', { length: width }]])));
  right(arena.load(trainState(new Map([['w', Float32Array.from(at('w0'))]]))));
  for (let i = 0; i < 5; i += 1) {
    held(arena.gradients.get('w')).set(at('grads').slice(i * width, (i + 1) * width));
    arena.update({ rate, beta1, beta2, epsilon, decay }, rate);
    at('w').slice(i * width, (i + 1) * width).forEach((w, j) => expect(Math.abs((arena.weights.get('w')?.[j] ?? NaN) - w)).toBeLessThan(5e-7 * Math.max(1, Math.abs(w))));
  }
  expect(at('grads').length).toBe(5 * width);
});

test('300 steps stay with AdamW in double precision', () => {
  const config: AdamWConfig = { ...adamWDefaults, decay: 0.05 };
  const key = random.key(5);
  const n = 203;
  const start = random.normal(random.named(key, 'w'), n);
  const arena = right(arenaOf(new Map([['w', { length: n }]])));
  right(arena.load(trainState(new Map([['w', Float32Array.from(start)]]))));
  let wanted: Doubles = { step: 0, w: Float64Array.from(Float32Array.from(start)), m: new Float64Array(n), v: new Float64Array(n) };
  const scale = Float64Array.from({ length: n }, (_, i) => 10 ** ((i % 13) - 8));
  for (let i = 0; i < 300; i += 1) {
    const g = Float32Array.from(random.normal(random.child(key, i), n), (x, j) => x * (scale[j] ?? 1));
    const rate = 1e-3 * (1 + (i % 7));
    held(arena.gradients.get('w')).set(g);
    arena.update(config, rate, 0.5);
    wanted = adamWReference(config, rate, wanted, g, 0.5);
  }
  expect(arena.step).toBe(300);
  wanted.w.forEach((w, i) => expect(Math.abs((arena.weights.get('w')?.[i] ?? NaN) - w)).toBeLessThan(2e-5));
  wanted.v.forEach((v, i) => expect(Math.abs((arena.second.get('w')?.[i] ?? NaN) - v)).toBeLessThan(2e-5 * v));
});

test.each([0, 2] as const)('paces and coupled decay: each parameter takes the steps of its own rate, with %i helpers', (helpers) => {
  const config: AdamWConfig = { ...adamWDefaults, decay: 0.05, coupled: 0.2 };
  const key = random.key(6);
  const n = 37;
  const paces = { body: 1, head: 0.08, still: 0 } as const;
  const names = ['body', 'head', 'still'] as const;
  const start = new Map(names.map((name) => [name, Float32Array.from(random.normal(random.named(key, name), n))]));
  const arena = right(arenaOf(new Map(names.map((name) => [name, { length: n, pace: paces[name] }])), helpers === 0 ? {} : { threads: helperThreads(helpers) }));
  right(arena.load(trainState(start)));
  const wanted = new Map(names.map((name): [string, Doubles] => [name, { step: 0, w: Float64Array.from(held(start.get(name))), m: new Float64Array(n), v: new Float64Array(n) }]));
  for (let i = 0; i < 30; i += 1) {
    for (const name of names) {
      const g = Float32Array.from(random.normal(random.named(random.child(key, i), name), n));
      held(arena.gradients.get(name)).set(g);
      wanted.set(name, adamWReference(config, 1e-2 * paces[name], held(wanted.get(name)), g));
    }
    arena.update(config, 1e-2);
  }
  for (const name of names) held(wanted.get(name)).w.forEach((w, i) => expect(Math.abs((arena.weights.get(name)?.[i] ?? NaN) - w)).toBeLessThan(1e-5));
  expect(arena.weights.get('still')).toEqual(start.get('still'));
  arena.dispose();
});

test('a gradient held as a product takes the step of the same gradient held whole, and has its length', () => {
  const sizes = fc.record({ rank: fc.integer({ min: 1, max: 9 }), groups: fc.integer({ min: 1, max: 3 }), rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 11 }) });
  fc.assert(fc.property(sizes, fc.integer(), (product: ProductSizes, seed) => {
    const { rank, groups, rows, columns } = product;
    const length = rows * groups * columns;
    const slots = (slot: Slot): ReadonlyMap<string, Slot> => new Map([['before', { length: 3 }], ['w', slot], ['after', { length: 5 }]]);
    const [formed, whole] = [right(arenaOf(slots({ length, product }))), right(arenaOf(slots({ length })))];
    const pair = held(formed.factors.get('w'));
    pair.left.set(random.normal(random.named(random.key(seed), 'left'), rank * groups * rows));
    pair.right.set(random.normal(random.named(random.key(seed), 'right'), rank * groups * columns));
    const g = held(whole.gradients.get('w'));
    for (let i = 0; i < rows; i += 1) for (let j = 0; j < groups; j += 1) for (let k = 0; k < columns; k += 1) {
      let sum = 0;
      for (let r = 0; r < rank; r += 1) sum += (pair.left[(r * groups + j) * rows + i] ?? 0) * (pair.right[(r * groups + j) * columns + k] ?? 0);
      g[(i * groups + j) * columns + k] = sum;
    }
    const start = Float32Array.from(random.normal(random.key(seed), length));
    for (const arena of [formed, whole]) {
      held(arena.weights.get('w')).set(start);
      arena.update({ ...adamWDefaults, decay: 0.1 }, 1e-2);
    }
    held(formed.written().get('w')).forEach((x, i) => expect(Math.abs(x - (g[i] ?? 0))).toBeLessThan(1e-5));
    expect(Math.abs(formed.norm() - whole.norm())).toBeLessThan(1e-5 * whole.norm());
    for (const part of ['first', 'second'] as const) held(formed[part].get('w')).forEach((x, i) => expect(Math.abs(x - (whole[part].get('w')?.[i] ?? NaN))).toBeLessThan(1e-6));
    held(formed.weights.get('w')).forEach((x, i) => { if (Math.abs(g[i] ?? 0) > 1e-4) expect(Math.abs(x - (whole.weights.get('w')?.[i] ?? NaN))).toBeLessThan(1e-5); });
    for (const other of ['before', 'after']) expect(Array.from(held(formed.weights.get(other)))).toEqual(Array.from(held(whole.weights.get(other))));
  }), { seed: 3, numRuns: 100 });
});

const regionsOf = ({ weights, first, second, gradient }: Place): readonly Region[] => [weights, first, second, ...(gradient.kind === 'whole' ? [gradient.region] : [gradient.left, gradient.right])];

test('regions never overlap, lie inside their memory and on 64 bytes, and memories keep to the limit', () => {
  const slot: fc.Arbitrary<Slot> = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map((length) => ({ length })),
    fc.record({ rank: fc.integer({ min: 1, max: 9 }), groups: fc.integer({ min: 1, max: 3 }), rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) }).map((product) => ({ length: product.rows * product.groups * product.columns, product })),
  );
  fc.assert(fc.property(fc.array(slot, { maxLength: 12 }), (slots) => {
    const [limit, threads] = [4096, 2];
    const { places, memories, scratch } = right(layoutOf(new Map(slots.map((s, i) => [`p${i}`, s])), { limit, threads }));
    expect(places.size).toBe(slots.length);
    const alone = new Map<number, number>();
    for (const { memory } of places.values()) alone.set(memory, (alone.get(memory) ?? 0) + 1);
    const ends = memories.map(() => threads * scratch);
    for (const place of places.values()) for (const { at, length } of regionsOf(place)) {
      expect(at % 64).toBe(0);
      expect(at).toBeGreaterThanOrEqual(ends[place.memory] ?? Infinity);
      ends[place.memory] = at + 4 * length;
      expect(at + 4 * length).toBeLessThanOrEqual(memories[place.memory] ?? 0);
    }
    memories.forEach((bytes, i) => { if ((alone.get(i) ?? 0) > 1) expect(bytes).toBeLessThanOrEqual(limit); });
  }), { seed: 4 });
});

test('a state of other parameters, and a parameter beyond any memory, are faults', () => {
  const arena = right(arenaOf(new Map([['w', { length: 3 }]])));
  const wrong = arena.load(trainState(new Map([['w', new Float32Array(2)]])));
  expect(E.isLeft(wrong) && wrong.left.given).toEqual(['w: 2 numbers for 3', 'w: 2 numbers for 3', 'w: 2 numbers for 3']);
  const large = arenaOf(new Map([['table', { length: 2 ** 29 }]]));
  expect(E.isLeft(large) && large.left._tag).toBe('Memory');
});
