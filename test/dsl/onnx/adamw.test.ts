/** AdamW as a graph takes the steps of the sweep over memory. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { inputNode, random, type Value } from '../../../dsl/index.ts';
import { adamWStep, onnxModel } from '../../../dsl/onnx/index.ts';
import { planOf } from '../../../dsl/plan.ts';
import { adamWDefaults, arenaOf, trainState } from '../../../dsl/optim/index.ts';
import { must } from './cases.ts';
import { session } from './runtime.ts';

const n = 24;
const config = { ...adamWDefaults, decay: 0.05 };
const key = random.key(4);
const drawn = (i: number): Float32Array => Float32Array.from(random.normal(random.child(key, i), n));
const value = (data: Float32Array): Value => ({ sizes: [4, 6], dtype: 'f32', data });
const scalar = (x: number, dtype: 'f32' | 'i32'): Value => ({ sizes: [], dtype, data: dtype === 'f32' ? Float32Array.of(x) : Int32Array.of(x) });

const slot = { weight: inputNode('w', [4, 6]), first: inputNode('m', [4, 6]), second: inputNode('v', [4, 6]) };
const next = adamWStep(config, inputNode('rate', []), inputNode('step', [], 'i32'))(slot, inputNode('g', [4, 6]));
const roots = [next.weight, next.first, next.second];

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void => Array.from(b).forEach((y, i) => expect(Math.abs((a[i] ?? NaN) - y)).toBeLessThan(tolerance));

test.each(['reference', 'ONNX Runtime'])('on %s', async (engine) => {
  const arena = arenaOf(new Map([['w', { length: n }]]));
  if (isLeft(arena)) throw new Error(JSON.stringify(arena.left));
  must(arena.right.load(trainState(new Map([['w', drawn(0)]]))));
  const running = await session(must(onnxModel(planOf(roots), { name: 'adamw', outputs: ['w+', 'm+', 'v+'] })).bytes);
  let state = [value(drawn(0)), value(new Float32Array(n)), value(new Float32Array(n))];
  for (let step = 1; step <= 30; step += 1) {
    const gradient = drawn(step);
    const rate = 0.01 / step;
    arena.right.gradients.get('w')?.set(gradient);
    arena.right.update(config, rate);
    const [w = value(gradient), m = w, v = w] = state;
    const inputs = new Map([['w', w], ['m', m], ['v', v], ['g', value(gradient)], ['rate', scalar(rate, 'f32')], ['step', scalar(step, 'i32')]]);
    if (engine === 'reference') state = must(evaluate(roots, { inputs, parameters: new Map() })).map(({ data }) => value(Float32Array.from(data)));
    else {
      const found = await running.run(inputs);
      state = ['w+', 'm+', 'v+'].flatMap((name) => { const one = found.get(name); return one === undefined ? [] : [one]; });
    }
  }
  close(state[0]?.data ?? [], arena.right.weights.get('w') ?? [], 2e-6);
  close(state[1]?.data ?? [], arena.right.first.get('w') ?? [], 2e-7);
  close(state[2]?.data ?? [], arena.right.second.get('w') ?? [], 2e-7);
  arena.right.dispose();
  await running.close();
});
