/** A sweep with helper threads gives the bits of a sweep without; helpers end when they are stopped and keep no process alive. */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { type Fault, printFault } from '../../../shapes/fault.ts';
import { adamWDefaults, type Arena, arenaOf, type Slot } from '../../../dsl/optim/index.ts';
import { helperThreads } from '../../../molt/train/threads.ts';
import { root } from '../../repo/tree.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const product = { rank: 5, groups: 3, rows: 700, columns: 250 };
const slots = new Map<string, Slot>([['a', { length: 300_001 }], ['b', { length: 700 * 3 * 250, product }], ['c', { length: 7 }]]);
const start = (arena: Arena): void => {
  const fill = (name: string, to: Float32Array): void => { for (let i = 0; i < to.length; i += 1) to[i] = Math.sin(i * 0.7 + name.length) * 0.01; };
  for (const part of [arena.weights, arena.gradients]) for (const [name, array] of part) fill(name, array);
  for (const { left, right: other } of arena.factors.values()) { fill('left', left); fill('right', other); }
};

test('with one, two or three helpers as without, bit for bit, over 20 steps', () => {
  const alone = right(arenaOf(slots));
  start(alone);
  for (let i = 0; i < 20; i += 1) alone.update({ ...adamWDefaults, decay: 0.01 }, 1e-2);
  for (const helpers of [1, 2, 3]) {
    const team = right(arenaOf(slots, { threads: helperThreads(helpers), limit: 2 ** 22 }));
    start(team);
    for (let i = 0; i < 20; i += 1) team.update({ ...adamWDefaults, decay: 0.01 }, 1e-2);
    for (const part of ['weights', 'first', 'second'] as const) for (const [name, array] of alone[part]) expect(team[part].get(name)?.every((x, i) => Object.is(x, array[i])), `${helpers} ${part} ${name}`).toBe(true);
    expect(team.norm()).toBe(alone.norm());
    team.dispose();
  }
  alone.dispose();
});

test('a process with helpers ends by itself', async () => {
  const text = `import { arenaOf } from './dsl/optim/index.ts'; import { helperThreads } from './molt/train/threads.ts';
    const made = arenaOf(new Map([['w', { length: 1e6 }]]), { threads: helperThreads(1) });
    if ('right' in made) for (let i = 0; i < 3; i += 1) made.right.update({ rate: 1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0 }, 1e-3);
    console.log('done');`;
  const { outputFiles: [bundle] } = await build({ stdin: { contents: text, resolveDir: root, loader: 'ts' }, bundle: true, write: false, platform: 'node', format: 'esm', logLevel: 'silent' });
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module'], { input: bundle?.text ?? '', encoding: 'utf8', timeout: 30_000 });
  expect([status, stdout]).toEqual([0, 'done\n']);
});
