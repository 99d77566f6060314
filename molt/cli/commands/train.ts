/**
 * `molt train`: a variant on the features of a store: flags, progress and Ctrl-C; the job itself is molt/train/stored.
 * idea:  all that was given is checked before an engine is loaded.
 */
import { availableParallelism } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { printFault, type Fault } from '../../../shapes/fault.ts';
import { countDeclared } from '../../../dsl/index.ts';
import type { Threads } from '../../../dsl/optim/index.ts';
import { openData, type Opened } from '../../train/stored/data.ts';
import { type Job, runJob } from '../../train/stored/job.ts';
import { type Built, learnerOn } from '../../train/stored/learner.ts';
import type { JobRecord, JobSettings } from '../../train/stored/record.ts';
import { filesOf } from '../../train/stored/run-file.ts';
import { type Split, type SplitName, splitNames } from '../../train/stored/split.ts';
import { helperThreads } from '../../train/threads.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command } from '../command.ts';
import { choice, decimal, integer, orElse, text, toggle } from '../flags.ts';
import { interruptible } from '../interrupt.ts';
import { duration, progressOn } from '../progress.ts';
import { dataFlags, dataOptionsOf, memoryFlag, storeFlag, trunksOn, trunkWeightsFlags, usualBatch, variantOf } from '../stored.ts';
import { grouped } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const summary = (out: string, record: JobRecord): string => {
  const last = record.curve.at(-1);
  return [
    `${record.variant}: ${grouped(record.parameters.trainable)} parameters, ${grouped(record.steps)} steps in ${duration(record.seconds)} on ${record.backend}${last === undefined ? '' : `, loss ${last.loss.toFixed(3)}`}`,
    ...Object.entries(record.splits).map(([name, { accuracy, items, segments }]) => `${name.padEnd(5)}  ${percent(accuracy)} of ${grouped(segments)} segments (${grouped(items)} items)`),
    `${filesOf(out).weights}, ${filesOf(out).record}`,
  ].join('\n');
};

/** The sweep of a small model is too short to share. */
const fewParameters = 2_000_000;
const threadsFor = ({ learner }: Built, asked: number | undefined): Threads | undefined => {
  const threads = asked ?? availableParallelism();
  return threads > 1 && countDeclared(learner.declared.values()).trainable > fewParameters ? helperThreads(threads - 1) : undefined;
};

/** What is scored in the end: the splits that were learnt from, and any other whose labels and features are there. */
const scoredSplits = (opened: Opened, chosen: readonly Split[], terminal: Terminal): readonly Split[] =>
  opened.named.flatMap((name) => {
    const known = chosen.find((split) => split.name === name);
    if (known !== undefined) return [known];
    const found = opened.split(name);
    if (E.isRight(found)) return [found.right];
    terminal.err(`the ${name} split is not scored: ${printFault(found.left)}`);
    return [];
  });

/** What the file and the flags say of the training, whichever is absent. */
type Given = { readonly [K in Exclude<keyof JobSettings, 'points' | 'keep'>]: JobSettings[K] | undefined };

/** A flag goes before the variant's file, the file before what is usual. */
const settingsOf = (opened: Opened, { points, keep }: Pick<JobSettings, 'points' | 'keep'>, given: Given): JobSettings => {
  const file = opened.variant.training;
  const rate = given.rate ?? file?.rate ?? 5e-4;
  return {
    epochs: given.epochs ?? file?.epochs ?? 20, batch: given.batch ?? usualBatch(opened),
    optimiser: given.optimiser ?? file?.optimiser ?? 'adamw', rate, headRate: given.headRate ?? file?.headRate ?? rate,
    warmup: given.warmup ?? file?.warmup ?? 0, final: given.final ?? file?.final ?? 0.02, decay: given.decay ?? file?.decay ?? 0,
    seed: given.seed ?? file?.seed ?? 0, points, keep,
  };
};

interface Chosen {
  readonly learn: Split;
  readonly validation: Split;
  readonly scored: readonly Split[];
}

const splitsOf = (opened: Opened, name: SplitName, terminal: Terminal): E.Either<Fault, Chosen> =>
  pipe(
    E.Do,
    E.bind('learn', () => opened.split('train')),
    E.bind('validation', () => opened.split(name)),
    E.map(({ learn, validation }) => ({ learn, validation, scored: scoredSplits(opened, [learn, validation], terminal) })),
  );

/** What is usual where neither a flag nor the variant's file says. */
const usual = (what: string): string => `; the variant's, or ${what}, if not given`;

export const train = command({
  name: 'train',
  summary: 'train a variant on the features, or the kept inputs, of a store',
  operands: { shown: 'VARIANT.json', most: 1 },
  notes: [
    'The features are those of `molt extract`, the labels and splits those of its manifest; the task of the variant is ave.',
    'Adapters inside the trunks read what `molt extract --position input` keeps, and take the trunks\' weights from --visual-weights and --audio-weights.',
    'Optimiser, rates, schedule, batch, epochs and seed are those of the variant\'s "training" unless flags say otherwise.',
    'DIR of --out gets weights.safetensors, standard.safetensors (what features are scaled by), record.json, run.json and checkpoint.safetensors.',
    'Ctrl-C saves and stops; --resume goes on from there to the same numbers.',
  ],
  flags: {
    ...storeFlag,
    out: text('DIR', 'where weights, record and checkpoint go'),
    ...dataFlags,
    ...trunkWeightsFlags,
    epochs: orElse(integer('N', `times that every training segment is seen${usual('20')}`, 1), undefined),
    batch: orElse(integer('N', `segments of a step, or clips where the head looks at whole clips${usual('80 and 8, with trunks in front 8 and 2')}`, 1), undefined),
    optimiser: orElse(choice(['adam', 'adamw'] as const, `where decay goes: into the gradient, or off the weight${usual('adamw')}`), undefined),
    rate: orElse(decimal('X', `greatest learning rate${usual('5e-4')}`), undefined),
    'head-rate': orElse(decimal('X', `the same of the head${usual('that of the rest')}`), undefined),
    warmup: orElse(integer('N', `steps of linear warm-up${usual('0')}`), undefined),
    final: orElse(decimal('X', `the last rate as a share of the greatest; a half cosine leads there${usual('0.02')}`), undefined),
    decay: orElse(decimal('X', `weight decay${usual('0')}`), undefined),
    points: orElse(integer('N', 'points of the learning curve in an epoch, each with a validation and a checkpoint', 1), 1),
    seed: orElse(integer('N', `random seed of weights and order${usual('0')}`), undefined),
    ...memoryFlag,
    validation: orElse(choice(splitNames, 'split that the learning curve is measured on'), 'val' as const),
    keep: orElse(choice(['last', 'best'] as const, 'which weights are the result: the last, or those of the best point of the learning curve'), 'last' as const),
    resume: toggle('go on from the checkpoint of an interrupted run'),
    ...backendFlags,
    json: toggle('the record as JSON'),
  },
  run: ({ flags, operands }, terminal) => {
    const { validation, out, resume, quiet, json } = flags;
    return pipe(
      TE.fromEither(variantOf('train', operands)),
      TE.chain((variant) => openData(dataOptionsOf(variant, flags))),
      TE.bindTo('opened'),
      TE.bind('molt', () => version),
      TE.bind('chosen', ({ opened }) => TE.fromEither(splitsOf(opened, validation, terminal))),
      TE.bind('built', ({ opened }) => learnerOn(opened, trunksOn(flags, terminal))),
      TE.let('job', ({ opened, molt, chosen, built }): Job => ({ opened, built, ...chosen, settings: settingsOf(opened, flags, { ...flags, headRate: flags['head-rate'] }), out, resume, version: molt })),
      TE.bind('backend', () => backendOf(flags, terminal)),
      TE.bind('progress', () => TE.fromTask(() => progressOn(terminal, quiet))),
      TE.chain(({ built, job, backend, progress }) =>
        interruptible(terminal, (interrupt) => async () => {
          try {
            return await runJob(job, { backend, threads: threadsFor(built, flags.threads), clock: () => performance.now(), progress, interrupt })();
          } finally {
            progress.stop();
          }
        })),
      TE.map((record) => {
        if (json || !quiet) terminal.out(json ? JSON.stringify(record) : summary(out, record));
        return 0;
      }),
    );
  },
});
