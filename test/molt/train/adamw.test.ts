import { expect, test } from 'vitest';
import * as E from 'fp-ts/lib/Either.js';
import { adamW, adamWDefaults, trainState } from '../../../molt/train/adamw.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';

const golden = new URL('../../golden/ops.safetensors', import.meta.url).pathname;

test.each(['adam', 'adamw'] as const)('%s takes the same steps as PyTorch', async (name) => {
  const file = await readSafetensors(golden)();
  if (E.isLeft(file)) throw new Error(file.left.needed);
  const { tensors, metadata } = file.right;
  const at = (key: string): readonly number[] => Array.from(tensors.get(`${name}.${key}`)?.data ?? []);
  const sizes = tensors.get(`${name}.grads`)?.sizes ?? [];
  const [rate = 0, beta1 = 0, beta2 = 0, epsilon = 0, decay = 0] = at('options');
  expect(metadata).toBeDefined();
  const steps = sizes[0] ?? 0;
  const width = at('w0').length;
  let state = trainState(new Map([['w', Float32Array.from(at('w0'))]]));
  for (let i = 0; i < steps; i += 1) {
    state = adamW({ ...adamWDefaults, rate, beta1, beta2, epsilon, decay }, state, new Map([['w', at('grads').slice(i * width, (i + 1) * width)]]));
    const wanted = at('w').slice(i * width, (i + 1) * width);
    wanted.forEach((w, j) => expect(Math.abs((state.weights.get('w')?.[j] ?? NaN) - w)).toBeLessThan(2e-6 * Math.max(1, Math.abs(w))));
  }
  expect(steps).toBe(5);
});
