/**
 * Laws of schedules, on any backend.
 *   1. every node but the outputs is freed once, after its last use
 *   2. peak: the bytes that the plan predicts are the bytes that the backend measures
 *   3. nothing leaked: no buffer of a run outlives it
 *   4. again: a program may be run twice, with equal values
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Backend, lower, type Measured, type Node, type Plan, print, type Program as Compiled, schedule as ours, type Value } from '../../dsl/index.ts';
import { programs, type Program } from '../arbitraries/graphs.ts';
import { close, type Counter, every, faults, must, type Verdict } from '../counter.ts';
import { meaning, nth } from '../engine.ts';
import { law, type Law, type Mutant } from '../law.ts';
import { bindAll, seeds } from '../subject.ts';

export type Schedule = (roots: readonly Node[]) => Plan;

interface Sample {
  readonly program: Program;
  readonly seed: number;
}
const samples = fc.record({ program: programs(), seed: seeds });
const show = ({ program, seed }: Sample): string => `${print(program.build())}\nseed ${seed}`;

const changed = (name: string, change: (plan: Plan) => Plan): Mutant<Schedule> => ({ name, mutate: (schedule) => (roots) => change(schedule(roots)) });
const never: Mutant<Schedule> = changed('frees nothing', (plan) => ({ ...plan, frees: plan.frees.map(() => []) }));
const late: Mutant<Schedule> = changed('frees at the end', (plan) => ({ ...plan, frees: plan.frees.map((_, i) => (i === plan.frees.length - 1 ? plan.frees.flat() : [])) }));
const forgetful: Mutant<Schedule> = changed('forgets one', (plan) => {
  const last = plan.frees.findLastIndex((freed) => freed.length > 0);
  return { ...plan, frees: plan.frees.map((freed, i) => (i === last ? freed.slice(1) : freed)) };
});

const lifetimes = law<Schedule, Sample>({
  id: 'schedule.lifetimes',
  statement: 'every node but the outputs is freed once, at its last use',
  tier: 'required',
  arbitrary: samples,
  show,
  holds: (schedule) => ({ program }): Verdict => {
    const plan = schedule(program.build());
    const lastUse = new Map<Node, number>();
    plan.steps.forEach((node, i) => [node, ...node.operands].forEach((n) => lastUse.set(n, i)));
    return every(
      plan.steps.map((node) => {
        const at = plan.frees.flatMap((freed, i) => freed.flatMap((n) => (n === node ? [i] : [])));
        const wanted = plan.outputs.includes(node) ? [] : [lastUse.get(node) ?? -1];
        return must(at.join() === wanted.join(), () => `${node.primitive} is freed after steps [${at.join(', ')}], wanted [${wanted.join(', ')}]`);
      }),
    );
  },
  mutants: [never, late, forgetful, changed('frees outputs as well', (plan) => ({ ...plan, frees: plan.frees.map((freed, i) => (i === plan.frees.length - 1 ? [...freed, ...plan.outputs] : freed)) }))],
});

/** Runs a plan twice on a backend. */
const measured = (backend: Backend, plan: Plan, seed: number): TE.TaskEither<Counter, { readonly peak: number; readonly leaked: number; readonly again: Verdict }> => {
  const bindings = bindAll(plan.steps, seed);
  return pipe(
    backend.compile(plan),
    TE.bindTo('program'),
    TE.bind('first', ({ program }) => program.measure(bindings)),
    TE.bind('second', ({ program }) => program.run(bindings)),
    TE.mapLeft(faults),
    TE.map(({ program, first, second }) => {
      program.dispose();
      return { peak: first.measured.peakBytes, leaked: first.measured.leaked, again: every(first.values.map((v, i) => close(`output ${i} of the second run`, nth(second, i), v, 0))) };
    }),
  );
};

const peak = (backend: Backend) =>
  law<Schedule, Sample>({
    id: 'schedule.peak',
    statement: 'the predicted peak is the measured peak',
    tier: 'required',
    arbitrary: samples,
    show,
    holds: (schedule) => ({ program, seed }) => {
      const plan = schedule(program.build());
      return pipe(measured(backend, plan, seed), TE.chainEitherK((m) => must(m.peak === plan.peakBytes, () => `${m.peak} bytes at the worst step, ${plan.peakBytes} predicted`)));
    },
    mutants: [never, late, changed('without the outputs', (plan) => ({ ...plan, peakBytes: plan.peakBytes - plan.outputs.reduce((sum, o) => sum + 4 * o.sizes.length, 4) }))],
  });

const runs = (change: (measured: Measured) => Measured, values: (first: readonly Value[]) => readonly Value[]) => (backend: Backend): Backend => ({
  ...backend,
  compile: (plan, resident) =>
    TE.map((program: Compiled): Compiled => ({
      ...program,
      run: (bindings) => TE.map(values)(program.run(bindings)),
      measure: (bindings) => TE.map((m: { readonly values: readonly Value[]; readonly measured: Measured }) => ({ ...m, measured: change(m.measured) }))(program.measure(bindings)),
    }))(backend.compile(plan, resident)),
});

const leaked = (schedule: Schedule) =>
  law<Backend, Sample>({
    id: 'schedule.leaked',
    statement: 'nothing of a run outlives it, and it can be run again',
    tier: 'required',
    arbitrary: samples,
    show,
    holds: (backend) => ({ program, seed }) =>
      pipe(measured(backend, schedule(program.build()), seed), TE.chainEitherK((m) => every([must(m.leaked === 0, () => `${m.leaked} buffers left`), m.again]))),
    mutants: [
      { name: 'keeps a buffer', mutate: runs((m) => ({ ...m, leaked: m.leaked + 1 }), (vs) => vs) },
      { name: 'other values the second time', mutate: runs((m) => m, (vs) => vs.map((v) => ({ ...v, data: v.data.map((x) => 1 - x) }))) },
    ],
  });

/** The laws of a schedule as run by a backend; engines other than the reference need lowered graphs. */
export const scheduleLaws = (backend: Backend = meaning.backend, schedule: Schedule = (roots) => ours(lower(roots))): readonly Law[] => [lifetimes(schedule), peak(backend)(schedule), leaked(schedule)(backend)];
