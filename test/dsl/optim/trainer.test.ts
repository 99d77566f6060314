/** The trainer: AdamW's steps on every engine; loaded = never stopped, bit for bit; what is not finite changes nothing. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { type Fault, printFault } from '../../../shapes/fault.ts';
import { type Backend, inputNode, type Node, nodes, parameterNode, random, type Value } from '../../../dsl/index.ts';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { adamWDefaults, stepOf, trainer, type TrainerConfig, type TrainState, trainState } from '../../../dsl/optim/index.ts';
import { adamWReference, type Doubles } from './reference.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const f32 = (sizes: readonly number[], data: ArrayLike<number>): Value => ({ sizes, dtype: 'f32', data: Float32Array.from(data) });
const draw = (name: string, n: number): Float32Array => Float32Array.from(random.normal(random.named(random.key(11), name), n));

/** Least squares: mean over the batch of (x (u ∘ f) + b − y)², u and b trained, f frozen. */
const [x, y, u, f, b] = [inputNode('x', [8, 5]), inputNode('y', [8, 3]), parameterNode('u', [5, 3]), parameterNode('f', [5, 3], false), parameterNode('b', [1, 3])];
const error = nodes.sub(nodes.add(nodes.einsum([[0, 1], [1, 2]], [0, 2], [x, nodes.mul(u, f)]), b), y);
const loss: Node = nodes.scale(nodes.sumAxes(nodes.map('square', error), [0, 1]), 1 / 8);
const step = stepOf([loss, nodes.scale(loss, 2)], [u, f, b].filter((p) => p !== f));
const start = (): TrainState => trainState(new Map([['u', draw('u', 15)], ['b', draw('b', 3)]]));
const resident = new Map([['f', f32([5, 3], draw('f', 15))]]);
const config: TrainerConfig = { name: 'squares', adam: { ...adamWDefaults, decay: 0.1 }, resident };
const batch = (i: number): ReadonlyMap<string, Value> => new Map([['x', f32([8, 5], draw(`x${i}`, 40))], ['y', f32([8, 3], draw(`y${i}`, 24))]]);

const backends: readonly (readonly [string, () => Promise<Backend>])[] = [
  ['reference', () => Promise.resolve(reference)],
  ['tfjs-wasm', async () => right(await tfjs('wasm')())],
  ['tfjs-cpu', async () => right(await tfjs('cpu')())],
];

test.each(backends)('%s: ten steps are those of AdamW in double precision on the same gradients', async (_, backend) => {
  const made = right(await trainer(await backend(), step, start(), config)());
  let wanted = new Map([...start().weights].map(([name, w]): [string, Doubles] => [name, { step: 0, w: Float64Array.from(w), m: new Float64Array(w.length), v: new Float64Array(w.length) }]));
  const losses: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    const [value = NaN, twice = NaN] = right(await made.step(batch(0), 0.1)());
    losses.push(value);
    expect(twice).toBeCloseTo(2 * value, 4);
    const gradients = made.gradients();
    wanted = new Map([...wanted].map(([name, state]) => [name, adamWReference(config.adam, 0.1, state, gradients.get(name) ?? [])]));
  }
  expect(losses[9]).toBeLessThan(0.6 * (losses[0] ?? 0));
  for (const [name, { w }] of wanted) w.forEach((one, i) => expect(Math.abs((made.weights.get(name)?.data[i] ?? NaN) - one)).toBeLessThan(1e-5));
  made.dispose();
});

test.each(backends)('%s: a loaded state goes on to the same bits', async (_, backend) => {
  const engine = await backend();
  const whole = right(await trainer(engine, step, start(), config)());
  for (let i = 0; i < 6; i += 1) right(await whole.step(batch(i), 0.05)());
  const first = right(await trainer(engine, step, start(), config)());
  for (let i = 0; i < 3; i += 1) right(await first.step(batch(i), 0.05)());
  const middle = first.state();
  for (let i = 0; i < 2; i += 1) right(await first.step(batch(7), 0.05)());
  expect(middle.step).toBe(3);
  right(first.load(middle));
  const second = right(await trainer(engine, step, middle, config)());
  for (const each of [first, second]) {
    for (let i = 3; i < 6; i += 1) right(await each.step(batch(i), 0.05)());
    expect(each.state()).toEqual(whole.state());
    each.dispose();
  }
  whole.dispose();
});

test('a report that is not finite is a fault, and nothing has changed', async () => {
  const made = right(await trainer(reference, step, start(), config)());
  right(await made.step(batch(0), 0.1)());
  const before = made.state();
  const poisoned = new Map([...batch(1), ['x', f32([8, 5], new Float32Array(40).fill(Infinity))]]);
  const told = await made.step(poisoned, 0.1)();
  expect(E.isLeft(told) && [told.left._tag, told.left.where]).toEqual(['NotFinite', 'squares']);
  expect(made.state()).toEqual(before);
  made.dispose();
});

test('long gradients are shortened to the clip', async () => {
  const free = right(await trainer(reference, step, start(), config)());
  right(await free.step(batch(0), 0.1)());
  const length = Math.sqrt([...free.gradients().values()].flatMap((g) => [...g]).reduce((sum, g) => sum + g * g, 0));
  const clipped = right(await trainer(reference, step, start(), { ...config, clip: length / 4 })());
  right(await clipped.step(batch(0), 0.1)());
  for (const [name, m] of free.state().first) m.forEach((one, i) => expect(clipped.state().first.get(name)?.[i]).toBeCloseTo(one / 4, 5));
  free.dispose();
  clipped.dispose();
});

test('a state of other parameters is a fault before anything runs', async () => {
  const made = await trainer(reference, step, trainState(new Map([['u', new Float32Array(15)]])), config)();
  expect(E.isLeft(made) && made.left.given[0]).toBe('b: nothing for 3');
});
