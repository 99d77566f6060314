/**
 * `molt export`: a variant as an ONNX file: inference, gradients, or a whole training step.
 * idea:  names in the file are those of `molt run`; weights are part of it or inputs, as asked. Over 1 GB of weights go to a file beside
 *        the model, which the model names.
 * laws:  test/molt/cli/export.test.ts; test/golden/onnx_check.py runs the files in ONNX Runtime
 */
import { basename } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { byteSize, initialise, planOf, random, type Plan, type Value } from '../../../dsl/index.ts';
import { type ExternalData, type OnnxModel, onnxModel, onnxModelOverBatches, opset, target } from '../../../dsl/onnx/index.ts';
import { type AdamWConfig, adamWDefaults } from '../../../dsl/optim/adamw.ts';
import { fault, faultOf, type Fault } from '../../../shapes/fault.ts';
import { gradientJob, inferenceJob, type Job, stepJob } from '../../export/job.ts';
import { checkFinite, matchNames } from '../../io/bindings.ts';
import { writeAtomic } from '../../io/files.ts';
import { readSafetensors, writeSafetensors } from '../../io/safetensors.ts';
import { encodeVariant } from '../../variants/codec.ts';
import { readVariant } from '../../variants/read.ts';
import type { Variant } from '../../variants/variant.ts';
import { command, optionalText } from '../command.ts';
import { choice, type Flag, integer, orElse, text, toggle } from '../flags.ts';
import { version } from '../version.ts';

type Values = ReadonlyMap<string, Value>;
type Kind = 'inference' | 'gradients' | 'step';

const jobs = { inference: inferenceJob, gradients: gradientJob, step: stepJob } as const satisfies { readonly [K in Kind]: (variant: Variant, config: AdamWConfig) => Either<Fault, Job> };

/** Above this many bytes of weights inside, they go beside the model: the format's own limit is 2 GB. */
const beside = 2 ** 30;

const bytesOf = (values: Values): number => [...values.values()].reduce((sum, { sizes, dtype }) => sum + byteSize({ sizes, dtype }), 0);

/** The data of a side file: each piece at its offset. */
function* pieces(external: readonly ExternalData[]): Iterable<Uint8Array> {
  let end = 0;
  for (const { offset, data } of external) {
    if (offset > end) yield new Uint8Array(offset - end);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    end = offset + data.byteLength;
  }
}

/** A batch size, or any size with the one that plans are made for. */
interface Batch {
  readonly size: number;
  readonly dynamic: boolean;
}
const usual = 16;

const batchFlag: Flag<Batch> = {
  about: 'samples of a batch; dynamic: any number, planned for about B (16)',
  placeholder: 'B|dynamic[:B]',
  read: (given) => {
    const [, open, size] = /^(dynamic(?=:|$):?)?(\d{0,9})$/.exec(given) ?? [];
    const number = size === undefined || size === '' ? (open === undefined ? 0 : usual) : Number(size);
    return number >= 1 && given !== 'dynamic:' ? right({ size: number, dynamic: open !== undefined }) : left('a number of samples, dynamic, or dynamic:B');
  },
  absent: { value: { size: usual, dynamic: false } },
};

const decayFlag: Flag<number> = {
  about: 'weight decay of the optimiser, times the rate in each step',
  placeholder: 'X',
  read: (given) => (/^\d*\.?\d+(e-?\d+)?$/.test(given) && Number(given) < 1 ? right(Number(given)) : left('a number from 0 to 1 exclusive')),
  absent: { value: 0 },
};

interface Asked {
  readonly output: string;
  readonly kind: Kind;
  readonly batch: Batch;
  readonly external: boolean;
  readonly adam: AdamWConfig;
}

const metadataOf = (variant: Variant, job: Job, { kind, batch, adam: { beta1, beta2, epsilon, decay } }: Asked): Readonly<Record<string, string>> => ({
  variant: variant.name,
  'variant.json': JSON.stringify(encodeVariant(variant)),
  kind,
  batch: batch.dynamic ? `any, planned for ${batch.size}` : String(batch.size),
  parameters: JSON.stringify([...job.declared.keys()]),
  ...(kind === 'step' ? { optimiser: JSON.stringify({ name: 'adamw', beta1, beta2, epsilon, decay }) } : {}),
});

const modelOf = (variant: Variant, job: Job, asked: Asked, initialisers: Values, producer: string): Either<Fault, OnnxModel> => {
  const names = [...job.outputs(asked.batch.size).keys()];
  const planAt = (batch: number): Plan => planOf([...job.outputs(batch).values()], { target });
  const options = {
    name: variant.name, outputs: names, version: producer, metadata: metadataOf(variant, job, asked), initialisers,
    external: asked.external || bytesOf(initialisers) > beside, location: `${basename(asked.output)}.data`,
  };
  return asked.batch.dynamic ? onnxModelOverBatches(planAt, { symbol: 'batch', size: asked.batch.size }, options) : onnxModel(planAt(asked.batch.size), options);
};

/** The side file first: a model that is there can be read. */
const written = (path: string, { bytes, external }: OnnxModel): TE.TaskEither<Fault, void> =>
  pipe(external.length === 0 ? TE.right(undefined) : writeAtomic(`${path}.data`, pieces(external)), TE.chain(() => writeAtomic(path, bytes)));

const weightsFrom = (path: string, job: Job): TE.TaskEither<Fault, Values> =>
  pipe(
    readSafetensors(path),
    TE.chainEitherK(({ tensors }) => matchNames(path, tensors, new Map([...job.declared].map(([name, d]) => [name, { sizes: d.sizes, dtype: 'f32' }])))),
    TE.chainEitherK((values) => checkFinite(path, values)),
  );

interface Placing {
  readonly weights: string | undefined;
  readonly seed: number;
  readonly start: string | undefined;
  readonly parameters: 'inputs' | 'initialisers';
}

/** The weights that become part of the file. */
const inside = (job: Job, { weights, seed, start, parameters }: Placing): TE.TaskEither<Fault, Values> => {
  if (parameters === 'inputs' && weights === undefined && start === undefined) return TE.right(new Map());
  const values = weights === undefined ? TE.fromIO<Values, Fault>(() => initialise(job.declared, random.named(random.key(seed), 'weights'))) : weightsFrom(weights, job);
  return pipe(
    values,
    TE.chainFirst((all) => (start === undefined ? TE.right(undefined) : writeSafetensors(start, all))),
    TE.map((all): Values => (parameters === 'inputs' ? new Map() : all)),
  );
};

const summary = (variant: Variant, asked: Asked, { bytes, inputs, external }: OnnxModel, outputs: number, json: boolean): string => {
  const side = external.reduce((sum, { data }) => sum + data.byteLength, 0);
  return json
    ? JSON.stringify({ schemaVersion: 1, variant: variant.name, kind: asked.kind, output: asked.output, opset, batch: asked.batch.dynamic ? null : asked.batch.size, bytes: bytes.length, externalBytes: side, inputs: inputs.map(({ name }) => name), outputs })
    : `${asked.output}: ${asked.kind} of ${variant.name}, ${asked.batch.dynamic ? 'any batch size' : `batch ${asked.batch.size}`}, ONNX opset ${opset}, ${inputs.length} inputs, ${outputs} outputs, ${bytes.length} bytes${side === 0 ? '' : `, and ${side} bytes of weights in ${asked.output}.data`}`;
};

/** What is asked for, or why it makes no sense. */
const kindOf = (train: boolean, optimiser: 'none' | 'adamw', parameters: 'inputs' | 'initialisers' | undefined, weights: string | undefined): Either<Fault, { readonly kind: Kind; readonly parameters: 'inputs' | 'initialisers' }> => {
  const kind = !train ? 'inference' : optimiser === 'adamw' ? 'step' : 'gradients';
  const wanted = parameters ?? (train ? 'inputs' : 'initialisers');
  if (kind === 'step' && wanted === 'initialisers') return left(fault('Usage', 'molt export', ['--train --parameters initialisers'], 'weights as inputs, since the step gives new ones', '--optimiser none exports gradients at fixed weights'));
  if (wanted === 'inputs' && weights !== undefined) return left(fault('Usage', 'molt export', ['--weights with weights as inputs'], 'weights where they become part of the file', '--parameters initialisers'));
  return right({ kind, parameters: wanted });
};

export const exportCommand = command({
  name: 'export',
  summary: 'write a variant as an ONNX file: inference, or a whole training step',
  operands: { shown: 'V.json', most: 1 },
  notes: [
    `Opset ${opset}, default domain. Inputs visual.{l} and audio.{l} [B, N, D] (labels [B] for training an AVE variant) and, as inputs or inside, every weight.`,
    'Outputs: those of molt run (logits and the like for an AVE variant). With --train: loss, task, tor, and',
    'grad.NAME for every weight (--optimiser none), or next.NAME, next.first.NAME, next.second.NAME (--optimiser adamw), given',
    'first.NAME, second.NAME (the moments, zeros at the start), step (int32, from 1 on) and rate. With batch norms also statistics.NAME, the',
    "batch's moments: pooled over batches they are what inference takes as NAME.",
  ],
  flags: {
    output: text('M.onnx', 'where the model goes'),
    train: toggle('the training step instead of inference'),
    optimiser: orElse(choice(['none', 'adamw'], 'what follows the gradients in a training step'), 'adamw'),
    decay: decayFlag,
    weights: optionalText('W.safetensors', 'weights that become part of the file; drawn from the seed if not given'),
    parameters: orElse(choice(['inputs', 'initialisers'], 'weights as inputs (as in training) or part of the file (as in inference)'), undefined),
    seed: orElse(integer('N', 'seed of drawn weights'), 0),
    start: optionalText('S.safetensors', 'where the weights, given or drawn, are written too'),
    batch: batchFlag,
    external: toggle('weights in a file of their own, M.onnx.data; always so above 1 GB'),
    json: toggle('the summary as JSON'),
  },
  run: ({ flags, operands: [path] }, terminal) =>
    pipe(
      path === undefined ? TE.left(fault('Usage', 'molt export', ['no variant'], 'molt export V.json --output M.onnx', 'molt export --help')) : readVariant(path),
      TE.bindTo('variant'),
      TE.bind('chosen', () => TE.fromEither(kindOf(flags.train, flags.optimiser, flags.parameters, flags.weights))),
      TE.bind('job', ({ variant, chosen }) => TE.fromEither(jobs[chosen.kind](variant, { ...adamWDefaults, decay: flags.decay }))),
      TE.bind('asked', ({ chosen }) => TE.right({ output: flags.output, kind: chosen.kind, batch: flags.batch, external: flags.external, adam: { ...adamWDefaults, decay: flags.decay } })),
      TE.bind('initialisers', ({ job, chosen }) => inside(job, { weights: flags.weights, seed: flags.seed, start: flags.start, parameters: chosen.parameters })),
      TE.bind('producer', () => version),
      TE.bind('model', ({ variant, job, asked, initialisers, producer }) => pipe(TE.tryCatch(async () => modelOf(variant, job, asked, initialisers, producer), (thrown) => faultOf('molt export', thrown)), TE.chainEitherK((made) => made))),
      TE.chainFirst(({ model }) => written(flags.output, model)),
      TE.map(({ variant, job, asked, model }) => {
        if (!flags.quiet) terminal.out(summary(variant, asked, model, job.outputs(asked.batch.size).size, flags.json));
        return 0;
      }),
    ),
});
