/**
 * Backend: the small door between the pure language and an engine.
 * idea:  a plan is compiled once per shape and run many times; memory belongs to the program.
 * not:   eager operations. A backend never sees a block or a type, only a plan of primitives.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../shapes/fault.ts';
import type { Data, ElementType, Sizes } from './expr.ts';
import type { Target } from './lower.ts';
import type { Plan } from './schedule.ts';

/** A value outside the graph: what is bound to a leaf and what a program returns. Row-major. */
export interface Value {
  readonly sizes: Sizes;
  readonly dtype: ElementType;
  readonly data: Data;
}

/** Leaf name to value: inputs by name, parameters by dotted path. The two name spaces are separate. */
export interface Bindings {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly parameters: ReadonlyMap<string, Value>;
}

/** For each output the array that takes it, or undefined for a fresh one. */
export type Destinations = readonly (Float32Array | undefined)[];

/** What a run actually held, in the same units as the plan's prediction. */
export interface Measured {
  /** greatest bytes of live buffers at any step, leaves included */
  readonly peakBytes: number;
  /** buffers of this run still alive after it returned; a law says 0 */
  readonly leaked: number;
}

export interface Program {
  /**
   * Values of the plan's outputs, in order. Every leaf that the plan uses must be bound (or resident).
   * `into`: where output i is to be written, if given; the value then is that array, and an engine that can computes straight into it.
   */
  readonly run: (bindings: Bindings, into?: Destinations) => TaskEither<Fault, readonly Value[]>;
  /** as `run`, and what it held */
  readonly measure: (bindings: Bindings) => TaskEither<Fault, { readonly values: readonly Value[]; readonly measured: Measured }>;
  readonly dispose: () => void;
}

export interface Backend {
  /** `reference`, `tfjs-wasm`, `tfjs-cpu` … as printed and as given to --backend */
  readonly name: string;
  /** what its matrix products read; plans for it may use that (`PlanOptions.target`). None: plain operands only */
  readonly target?: Target;
  /** `resident` parameters stay on the device for the life of the program and need no binding. */
  readonly compile: (plan: Plan, resident?: ReadonlyMap<string, Value>) => TaskEither<Fault, Program>;
}
