/** Progress, Ctrl-C and the demo's command line, with a clock and a process of our own. */
import { left, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { demoCommand } from '../../../molt/cli/commands/demo.ts';
import type { DemoOptions } from '../../../molt/demo/demo.ts';
import { interruptible, type Signals } from '../../../molt/cli/interrupt.ts';
import { bars, duration, plain, progressOn } from '../../../molt/cli/progress.ts';
import { exitCodes, fault } from '../../../shapes/fault.ts';
import { recorder } from './terminal.ts';

test('durations', () => {
  expect([0, 59.4, 60, 3599, 3600, 7384].map(duration)).toEqual(['0 s', '59 s', '1 m 0 s', '59 m 59 s', '1 h 0 m', '2 h 3 m']);
});

test('plain progress is a line every few seconds, with the time left', () => {
  const lines: string[] = [];
  let now = 0;
  const progress = plain((line) => lines.push(line), () => now);
  progress.start('training', 100);
  for (let step = 1; step <= 100; step += 1) {
    now += 200;
    progress.update(step, `loss ${step}`);
  }
  progress.say('a line');
  progress.start('writing', 2);
  progress.stop();
  progress.stop();
  expect(lines).toEqual([
    'training: 100 steps', 'training: 25/100, loss 25, 15 s left', 'training: 50/100, loss 50, 10 s left', 'training: 75/100, loss 75, 5 s left', 'training: 100/100, loss 100',
    'a line', 'training: 100/100 in 20 s', 'writing: 2 steps', 'writing: 0/2 in 0 s',
  ]);
});

test('a bar goes on below a line', () => {
  const calls: unknown[] = [];
  let now = 0;
  const make = () => ({ start: (...xs: unknown[]) => void calls.push(['start', ...xs]), update: (...xs: unknown[]) => void calls.push(['update', ...xs]), stop: () => void calls.push('stop') });
  const progress = bars(make, (line) => void calls.push(line), () => now);
  progress.start('a', 4);
  now = 2000;
  progress.update(1, 'n');
  progress.say('hello');
  progress.stop();
  progress.say('bye');
  expect(calls).toEqual([
    ['start', 4, 0, { label: 'a', note: '', left: '' }], ['update', 1, { label: 'a', note: 'n', left: '6 s left' }], 'stop', 'hello',
    ['start', 4, 1, { label: 'a', note: '', left: '6 s left' }], 'stop', 'bye',
  ]);
});

test('quiet is silent, and a pipe gets lines', async () => {
  for (const quiet of [true, false]) {
    const { terminal, out, err } = recorder();
    const progress = await progressOn(terminal, quiet);
    progress.start('work', 1);
    progress.stop();
    expect([out(), err()]).toEqual(['', quiet ? '' : 'work: 1 steps\nwork: 0/1 in 0 s\n']);
  }
});

/** A process whose Ctrl-C is pressed by the test. */
const fakeSignals = (): Signals & { readonly press: () => void; readonly listening: () => number; readonly exits: number[] } => {
  const handlers = new Set<() => void>();
  const exits: number[] = [];
  return { on: (_, h) => handlers.add(h), off: (_, h) => handlers.delete(h), exit: (code) => void exits.push(code), press: () => [...handlers].forEach((h) => h()), listening: () => handlers.size, exits };
};

test('the first Ctrl-C asks, the second ends at once, and the handler goes with the work', async () => {
  const signals = fakeSignals();
  const { terminal, err } = recorder();
  const seen: boolean[] = [];
  const result = await interruptible(terminal, (interrupt) => async () => {
    seen.push(interrupt.requested);
    signals.press();
    seen.push(interrupt.requested);
    expect(signals.exits).toEqual([]);
    signals.press();
    return left(fault('Interrupted', 'work', ['Ctrl-C'], 'the rest'));
  }, signals)();
  expect(seen).toEqual([false, true]);
  expect(signals.exits).toEqual([130]);
  expect(signals.listening()).toBe(0);
  expect(err()).toContain('saving');
  expect(result).toMatchObject(left({ _tag: 'Interrupted' }));
  expect(exitCodes.Interrupted).toBe(130);
});

test('a defect of the work leaves no handler behind', async () => {
  const signals = fakeSignals();
  await expect(interruptible(recorder().terminal, () => () => Promise.reject(new Error('gone')), signals)()).rejects.toThrow('gone');
  expect(signals.listening()).toBe(0);
});

test('the demo is told its flags, and its defaults', async () => {
  const told: DemoOptions[] = [];
  const demo = demoCommand(async () => ({ demo: (options) => async () => (told.push(options), options.print('the table'), right(undefined)) }));
  const { terminal, out } = recorder();
  expect(await demo.invoke(['--backend', 'reference', '--quiet'], terminal)()).toEqual(right(0));
  expect(await demo.invoke(['--seed', '5', '--seeds=1', '--epochs', '2', '--quick', '--rivals', '--resume', '--out', 'o', '--cache', 'c', '--backend', 'reference'], terminal)()).toEqual(right(0));
  expect(told).toMatchObject([
    { seed: 0, seeds: 3, epochs: undefined, quick: false, rivals: false, resume: false, out: 'report', cache: '.cache/molt', backend: { name: 'reference' }, interrupt: { requested: false } },
    { seed: 5, seeds: 1, epochs: 2, quick: true, rivals: true, resume: true, out: 'o', cache: 'c' },
  ]);
  expect(out()).toBe('the table\nthe table\n');
  expect(await demo.invoke(['--seeds', '0'], terminal)()).toMatchObject(left({ _tag: 'Usage', given: ['--seeds 0: needed an integer of at least 1'] }));
});

test('a demo that cannot be loaded is a fault', async () => {
  const demo = demoCommand(() => Promise.reject(new Error('no plotting')));
  expect(await demo.invoke([], recorder().terminal)()).toMatchObject(left({ given: ['no plotting'] }));
});
