/**
 * Trainer: a step compiled once, its weights and moments in an arena, and steps taken one after the other.
 * idea:  the program reads the weights and delivers the gradients where the sweep wants them; nothing is copied in between
 *        by an engine that sees the arena's memory.
 * laws:  test/dsl/optim/trainer.test.ts: the same steps on every engine; loaded = never stopped, bit for bit; a report that is
 *        not finite changes nothing
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Backend, Destinations, Value } from '../backend.ts';
import type { AdamWConfig, TrainState } from './adamw.ts';
import { type Arena, arenaOf } from './arena.ts';
import type { Step } from './step.ts';
import type { Threads } from './sweep.ts';

export interface TrainerConfig {
  /** what faults call this training */
  readonly name: string;
  readonly adam: AdamWConfig;
  /** gradients that are longer than this, all together, are shortened to it */
  readonly clip?: number;
  /** the rate of a parameter as a multiple of the step's, by name; 1 if absent */
  readonly pace?: (name: string) => number;
  /** weights that are not trained, kept by the program */
  readonly resident?: ReadonlyMap<string, Value>;
  /** threads that help with the sweep */
  readonly threads?: Threads | undefined;
  /** milliseconds, for `times`; without it they are 0 */
  readonly clock?: () => number;
}

export interface Trainer {
  /** One step on a batch. errors: NotFinite where a report is not a finite number, and then nothing has changed; those of the engine */
  readonly step: (inputs: ReadonlyMap<string, Value>, rate: number) => TaskEither<Fault, readonly number[]>;
  /** the trained weights as they are now: always the same arrays */
  readonly weights: ReadonlyMap<string, Value>;
  /** the state as it is now: its arrays change with the next step */
  readonly live: () => TrainState;
  /** a copy of the state */
  readonly state: () => TrainState;
  /** the gradients of the last step as they were applied but for `clip`, by parameter name, those held as products written out */
  readonly gradients: () => ReadonlyMap<string, Float32Array>;
  /** milliseconds of the last step: the program, and the sweep */
  readonly times: () => Times;
  /** goes on from a state. errors: Shape */
  readonly load: (state: TrainState) => E.Either<Fault, void>;
  readonly dispose: () => void;
}

export interface Times {
  readonly run: number;
  readonly update: number;
}

const copied = (arrays: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> => new Map([...arrays].map(([name, array]) => [name, array.slice()]));

/** Where the plan's outputs go: reports to fresh arrays, gradients into the arena. */
const destinations = ({ reports, trained }: Step, { gradients, factors }: Arena): Destinations => [
  ...Array.from({ length: reports }, () => undefined),
  ...trained.flatMap(({ name }) => { const pair = factors.get(name); return pair === undefined ? [gradients.get(name)] : [pair.left, pair.right]; }),
];

/** A trainer that starts at a state. errors: Memory, Shape, and those of compiling */
export const trainer = (backend: Backend, step: Step, start: TrainState, config: TrainerConfig): TaskEither<Fault, Trainer> => async () => {
  const reserved = arenaOf(new Map(step.trained.map(({ name, slot }) => [name, config.pace === undefined ? slot : { ...slot, pace: config.pace(name) }])), { threads: config.threads });
  if (E.isLeft(reserved)) return reserved;
  const arena = reserved.right;
  const loaded = arena.load(start);
  const compiled = E.isLeft(loaded) ? loaded : await backend.compile(step.plan, config.resident)();
  if (E.isLeft(compiled)) {
    arena.dispose();
    return compiled;
  }
  const program = compiled.right;
  const into = destinations(step, arena);
  const { clock = () => 0 } = config;
  const weights = new Map(step.trained.map(({ name, sizes }): [string, Value] => [name, { sizes, dtype: 'f32', data: arena.weights.get(name) ?? new Float32Array() }]));
  const live = (): TrainState => ({ step: arena.step, weights: arena.weights, first: arena.first, second: arena.second });
  let times: Times = { run: 0, update: 0 };
  return E.right({
    step: (inputs, rate) => async () => {
      const began = clock();
      const values = await program.run({ inputs, parameters: weights }, into)();
      if (E.isLeft(values)) return values;
      const reports = values.right.slice(0, step.reports).map(({ data }) => data[0] ?? Number.NaN);
      if (!reports.every(Number.isFinite)) return E.left(fault('NotFinite', config.name, [`loss ${reports.join(', ')} at step ${arena.step}`], 'a finite loss', 'lower the rate, or look at the features'));
      const ran = clock();
      arena.update(config.adam, rate, config.clip === undefined ? 1 : Math.min(1, config.clip / Math.max(arena.norm(), 1e-12)));
      times = { run: ran - began, update: clock() - ran };
      return E.right(reports);
    },
    weights,
    live,
    state: () => { const { step: at, ...arrays } = live(); return { step: at, weights: copied(arrays.weights), first: copied(arrays.first), second: copied(arrays.second) }; },
    gradients: arena.written,
    times: () => times,
    load: arena.load,
    dispose: () => { program.dispose(); arena.dispose(); },
  });
};
