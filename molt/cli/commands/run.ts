/**
 * `molt run`: a variant with given weights on given features; outputs and gradients as safetensors.
 * idea:  everything that was given is checked against the variant before anything runs, and one plan holds outputs and gradients,
 *        so that the forward pass is shared.
 *        Numbers of the result that are not finite are told on stderr; they are a result all the same.
 * laws:  agrees with the golden values of an independent implementation on every backend (test/molt/cli/run.test.ts)
 */
import { resolve } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { grad, parameterNode, plainTarget, planOf, type Backend, type Bindings, type Plan, type Target, type Value } from '../../../dsl/index.ts';
import { floatsAs } from '../../../dsl/safetensors/index.ts';
import { fault, faultOf, type Fault } from '../../../shapes/fault.ts';
import { checkFinite, matchNames, type Needed } from '../../io/bindings.ts';
import { readSafetensors, writeSafetensors } from '../../io/safetensors.ts';
import { buildVariant, type Built } from '../../variants/build.ts';
import { readVariant } from '../../variants/read.ts';
import type { Variant } from '../../variants/variant.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command, optionalText } from '../command.ts';
import { text, toggle } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

type Values = ReadonlyMap<string, Value>;

/** One plan for all that is asked, and the names of its outputs in order. */
interface Job {
  readonly plan: Plan;
  readonly outputs: readonly string[];
  /** the weights whose gradients follow; none without --grads */
  readonly gradients: readonly string[];
}

/** The number of samples: the first axis of the first feature that is there; 1 where none is, so that all are told as missing. */
const batchOf = (path: string, built: Built, inputs: Values): Either<Fault, number> => {
  const [name] = [...built.outputs(1).inputs.keys()].filter((key) => inputs.has(key));
  const value = name === undefined ? undefined : inputs.get(name);
  const batch = value === undefined || value.sizes.length === 0 ? 1 : (value.sizes[0] ?? 1);
  return batch > 0 ? right(batch) : left(fault('Shape', path, [`${name} [${value?.sizes.join(', ')}]`], 'at least one sample'));
};

/** The values under the needed names, all finite. */
const checked = (path: string, given: Values, needed: ReadonlyMap<string, Needed>): TE.TaskEither<Fault, Values> =>
  pipe(TE.fromEither(matchNames(path, given, needed)), TE.chain((values) => TE.fromEither(checkFinite(path, values))));

const jobOf = (built: Built, batch: number, withGradients: boolean, target: Target): Job => {
  const { outputs, objective } = built.outputs(batch);
  const weights = withGradients ? [...built.declared.values()] : [];
  const { gradients } = grad(objective, weights.map((w) => parameterNode(w.name, w.sizes, w.trainable)));
  return { plan: planOf([...outputs.values(), ...gradients], { target }), outputs: [...outputs.keys()], gradients: weights.map((w) => w.name) };
};

/** Compiles, runs once, and gives the memory back whatever happens. */
const execute = (backend: Backend, plan: Plan, bindings: Bindings): TE.TaskEither<Fault, readonly Value[]> =>
  TE.bracket(backend.compile(plan), (program) => program.run(bindings), (program) => TE.fromIO(program.dispose));

const named = (names: readonly string[], values: readonly Value[]): Values => new Map(names.flatMap((name, i) => values.slice(i, i + 1).map((value): [string, Value] => [name, value])));

/** What is written must not be what is read, nor one file twice. */
const distinct = (read: readonly string[], written: readonly string[]): Either<Fault, void> => {
  const seen = new Set(read.map((path) => resolve(path)));
  for (const path of written) {
    if (seen.has(resolve(path))) return left(fault('Usage', 'molt run', [path], 'an output file that is no other file of this run'));
    seen.add(resolve(path));
  }
  return right(undefined);
};

interface Report {
  readonly variant: Variant;
  readonly batch: number;
  readonly backend: string;
  readonly outputs: Values;
  readonly gradients: Values;
}

/** Numbers that are none are written as they are, and told. */
const warnNotFinite = ({ outputs, gradients }: Report, terminal: Terminal): void => {
  for (const [what, values] of [['outputs', outputs], ['gradients', gradients]] as const) {
    const checkedValues = checkFinite(what, values);
    if (isLeft(checkedValues)) terminal.err([`warning: ${what} with numbers that are not finite`, ...checkedValues.left.given.map((line) => `  ${line}`)].join('\n'));
  }
};

const summary = (report: Report, json: boolean, output: string, grads: string | undefined): string =>
  json
    ? JSON.stringify({
        schemaVersion: 1, variant: report.variant.name, backend: report.backend, batch: report.batch, output,
        outputs: Object.fromEntries([...report.outputs].map(([name, v]) => [name, v.sizes])), ...(grads === undefined ? {} : { grads, gradients: report.gradients.size }),
      })
    : [`${report.variant.name}: ${report.batch} samples on ${report.backend}`, `${output}: ${report.outputs.size} tensors`, ...(grads === undefined ? [] : [`${grads}: ${report.gradients.size} gradients`])].join('\n');

export const run = command({
  name: 'run',
  summary: 'run a variant on features and weights from files',
  notes: [
    'Inputs visual.{l} [B, N, D] and audio.{l} [B, N, D]; outputs fused, weights, tokens, tor (per modality) and router (per layer).',
    'The gradients are those of Σ_m mean(fused_m²) + Σ_m mean_B(tor_m), each under the name of its weight.',
  ],
  flags: {
    variant: text('V.json', 'the variant file'),
    weights: text('W.safetensors', 'every weight of the variant, by name'),
    inputs: text('X.safetensors', 'the features'),
    output: text('Y.safetensors', 'where the outputs go'),
    grads: optionalText('G.safetensors', 'where the gradients go'),
    ...backendFlags,
    json: toggle('the summary as JSON'),
  },
  run: ({ flags }, terminal) =>
    pipe(
      TE.fromEither(distinct([flags.variant, flags.weights, flags.inputs], [flags.output, ...(flags.grads === undefined ? [] : [flags.grads])])),
      TE.chain(() => readVariant(flags.variant)),
      TE.bindTo('variant'),
      TE.bind('built', ({ variant }) => TE.fromEither(buildVariant(variant))),
      TE.bind('parameters', ({ built }) => pipe(readSafetensors(flags.weights), TE.chain(({ tensors }) => checked(flags.weights, tensors, new Map([...built.declared].map(([name, d]) => [name, { sizes: d.sizes, dtype: 'f32' }])))))),
      TE.bind('given', () => readSafetensors(flags.inputs)),
      TE.bind('batch', ({ built, given }) => TE.fromEither(batchOf(flags.inputs, built, given.tensors))),
      TE.bind('inputs', ({ built, given, batch }) => checked(flags.inputs, given.tensors, built.outputs(batch).inputs)),
      TE.bind('backend', () => backendOf(flags, terminal)),
      TE.bind('job', ({ built, batch, backend }) => TE.tryCatch(async () => jobOf(built, batch, flags.grads !== undefined, backend.target ?? plainTarget), (thrown) => faultOf('molt run', thrown))),
      TE.bind('values', ({ backend, job, inputs, parameters }) => execute(backend, job.plan, { inputs, parameters })),
      TE.bind('metadata', ({ variant, backend }) => pipe(version, TE.map((v) => new Map([['molt', v], ['variant', variant.name], ['backend', backend.name]])))),
      TE.map(({ variant, batch, backend, job, values, metadata }) => ({
        report: { variant, batch, backend: backend.name, outputs: named(job.outputs, values), gradients: named(job.gradients, values.slice(job.outputs.length)) },
        metadata,
      })),
      TE.chainFirstIOK(({ report }) => () => warnNotFinite(report, terminal)),
      TE.chainFirst(({ report, metadata }) => writeSafetensors(flags.output, report.outputs, metadata, { stored: floatsAs('F32') })),
      TE.chainFirst(({ report, metadata }) => (flags.grads === undefined ? TE.right(undefined) : writeSafetensors(flags.grads, report.gradients, metadata, { stored: floatsAs('F32') }))),
      TE.map(({ report }) => {
        if (!flags.quiet) terminal.out(summary(report, flags.json, flags.output, flags.grads));
        return 0;
      }),
    ),
});
