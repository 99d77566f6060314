/**
 * Profile: where the time of a plan goes, operation by operation.
 * idea:  ONNX Runtime writes what each operation took to a file; an operation's name carries the path of the block that made it.
 * not:   a session that others use: one is made for this, and its times include the writing.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, type Fault } from '../../../../shapes/fault.ts';
import type { Bindings, Program, Value } from '../../../backend.ts';
import type { Plan } from '../../../schedule.ts';
import { folded, once } from '../folded.ts';
import { modelOf } from '../model.ts';
import { cell } from './api.ts';
import type { Engine } from './engine.ts';
import { programOf } from './program.ts';
import { type Session, sessionOf } from './session.ts';
import { check } from './status.ts';

/** What one operation took. */
export interface Timing {
  /** of the operation in the ONNX graph, as `fdm.0.uda.1.visual.td/einsum:12`; what ONNX Runtime made of several has the name of one, and a suffix */
  readonly name: string;
  /** ONNX operator */
  readonly operator: string;
  /** microseconds in one run, the least of those after the first: what disturbs a run only adds to it */
  readonly time: number;
}

export interface ProfileOptions {
  /** runs after the first, which is not counted */
  readonly runs?: number;
  readonly resident?: ReadonlyMap<string, Value>;
}

const record = (of: unknown): Readonly<Record<string, unknown>> => (typeof of === 'object' && of !== null ? Object.fromEntries(Object.entries(of)) : {});

const suffix = '_kernel_time';

/** Times by operation, longest first, from the events of a profile. Those of the first run are passed over. */
const timings = (events: unknown): readonly Timing[] => {
  const found = new Map<string, { readonly operator: string; time: number }>();
  let runs = 0;
  let pending: { readonly name: string; readonly operator: string; readonly time: number }[] = [];
  for (const event of Array.isArray(events) ? events.map(record) : []) {
    const [name, time] = [String(event['name']), Number(event['dur'])];
    // a run is told when it ends, after its operations
    if (name === 'model_run') {
      for (const one of runs === 0 ? [] : pending) {
        const known = found.get(one.name);
        if (known === undefined) found.set(one.name, { operator: one.operator, time: one.time });
        else known.time = Math.min(known.time, one.time);
      }
      pending = [];
      runs += 1;
    } else if (event['cat'] === 'Node' && name.endsWith(suffix)) pending.push({ name: name.slice(0, -suffix.length), operator: String(record(event['args'])['op_name']), time });
  }
  return [...found].map(([name, { operator, time }]): Timing => ({ name, operator, time })).sort((a, b) => b.time - a.time);
};

/** Ends the profile; the path of the file. */
const ended = ({ api, name }: Engine, session: Session): string => {
  const out = cell(api);
  check(api, name, api.GetAllocatorWithDefaultOptions(out.at));
  const allocator = out.read();
  check(api, name, api.SessionEndProfiling(session.handle, allocator, out.at));
  const path = api.text(out.read());
  check(api, name, api.AllocatorFree(allocator, out.read()));
  return path;
};

/** A program of its own, unshared. `prefix`: of the file where times are written, if they are */
const own = (engine: Engine, prefix?: string) => (plan: Plan, resident: ReadonlyMap<string, Value>): TE.TaskEither<Fault, { readonly session: Session; readonly program: Program }> =>
  pipe(
    TE.fromEither(modelOf(plan, resident)),
    TE.chain((model) => TE.tryCatch(async () => {
      const session = await sessionOf(engine, { onnx: model.onnx, bytes: model.onnx.bytes, residents: [] }, prefix);
      return { session, program: programOf(engine, model, { session, release: session.release }) };
    }, (thrown) => faultOf(engine.name, thrown))),
  );

const measured = async (engine: Engine, plan: Plan, bindings: Bindings, { runs = 3, resident = new Map() }: ProfileOptions, folder: string): Promise<E.Either<Fault, readonly Timing[]>> => {
  const settle = folded(once((p, r) => TE.map(({ program }: { readonly program: Program }) => program)(own(engine)(p, r))));
  const made = await pipe(settle(plan, resident), TE.chain((small) => own(engine, join(folder, 'run'))(small.plan, small.resident)))();
  if (E.isLeft(made)) return made;
  const { session, program } = made.right;
  try {
    for (let i = 0; i <= Math.max(1, runs); i += 1) {
      const values = await program.run(bindings)();
      if (E.isLeft(values)) return values;
    }
    const events: unknown = JSON.parse(await readFile(ended(engine, session), 'utf8'));
    const found = timings(events);
    return found.length > 0 ? E.right(found) : E.left(fault('Defect', engine.name, ['a profile without operations'], 'a plan that computes something'));
  } finally {
    program.dispose();
  }
};

/** What each operation of a plan takes on an engine, longest first. errors: those of compiling and running */
export const profileOn = (engine: Engine) => (plan: Plan, bindings: Bindings, options: ProfileOptions = {}): TE.TaskEither<Fault, readonly Timing[]> => async () => {
  const folder = await mkdtemp(join(tmpdir(), 'molt-profile-'));
  try {
    return await measured(engine, plan, bindings, options, folder);
  } catch (thrown) {
    return E.left(faultOf(engine.name, thrown));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
