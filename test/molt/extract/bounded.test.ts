/** A queue between two that work at their own pace. */
import { expect, test } from 'vitest';
import { bounded } from '../../../molt/extract/bounded.ts';

const turns = async (n: number): Promise<void> => { for (let i = 0; i < n; i += 1) await Promise.resolve(); };

test.each([[1, 0, 3], [3, 5, 0], [2, 1, 1]])('at most %i are held; maker waits %i turns, taker %i', async (most, making, taking) => {
  const queue = bounded<number>(most);
  const state = { made: 0, taken: 0, held: 0 };
  const maker = async (): Promise<void> => {
    for (let i = 0; i < 30; i += 1) {
      await turns(making);
      expect(await queue.put(() => state.made++)).toBe(true);
      state.held = Math.max(state.held, state.made - state.taken);
    }
    queue.end();
  };
  const seen: number[] = [];
  const taker = async (): Promise<void> => {
    for (let a = await queue.take(); a !== undefined; a = await queue.take()) {
      seen.push(a);
      state.taken += 1;
      await turns(taking);
    }
  };
  await Promise.all([maker(), taker()]);
  expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => i));
  expect(state.held).toBeLessThanOrEqual(most + 1);
});

test('nobody takes any more', async () => {
  const queue = bounded<string>(1);
  await queue.put(() => 'a');
  const waiting = queue.put(() => { throw new Error('made for nobody'); });
  expect(queue.close()).toEqual(['a']);
  expect(await waiting).toBe(false);
  expect(await queue.take()).toBeUndefined();
});
