/**
 * `molt pretrain`: makes the weights of a tiny trunk again, from nothing.
 * idea:  the recipe is data in the library; the command gives it a folder, an engine and, for a try, another number of steps.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend } from '../../../dsl/index.ts';
import { fault, faultOf, type Fault } from '../../../shapes/fault.ts';
import type { Workshop } from '../../data/cache.ts';
import type { Pool } from '../../data/pools.ts';
import type { Recipe } from '../../train/pretrain/recipe.ts';
import { type Progress, staged } from '../../train/watch.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command } from '../command.ts';
import { integer, orElse, text } from '../flags.ts';
import { progressOn } from '../progress.ts';

/** The parts that bring decoders and the rasteriser are loaded when they are needed. */
const parts = TE.tryCatch(
  async () => ({ ...(await import('../../data/pools.ts')), ...(await import('../../train/pretrain/recipe.ts')), ...(await import('../../train/pretrain/run.ts')), ...(await import('../../train/pretrain/save.ts')) }),
  (thrown) => faultOf('molt pretrain', thrown),
);
type Parts = typeof parts extends TE.TaskEither<Fault, infer A> ? A : never;

const poolOf = ({ buildVisionPool, buildAudioPool }: Parts, { pool }: Recipe, { items, seed }: Recipe['held'], workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  pool.kind === 'vision' ? buildVisionPool({ names: pool.classes ?? 60, items, seed }, workshop) : buildAudioPool({ items, seed }, workshop);

/** Tells the progress of stages whose names come with their steps. */
const workshopIn = (cache: string, progress: Progress): Workshop => ({ cache, note: progress.say, onProgress: staged(progress) });

const train = (loaded: Parts, recipe: Recipe, backend: Backend, folder: string, workshop: Workshop, progress: Progress): TE.TaskEither<Fault, string> => async () => {
  const since = Date.now();
  const pool = await poolOf(loaded, recipe, recipe.pool, workshop)();
  if (E.isLeft(pool)) return pool;
  const held = await poolOf(loaded, recipe, recipe.held, workshop)();
  if (E.isLeft(held)) return held;
  progress.start(`pre-training ${recipe.backbone}`, recipe.steps);
  const made = await loaded.pretrain(backend, recipe, pool.right, held.right, ({ step, loss }) => progress.update(step, `loss ${loss.toFixed(3)}`))();
  if (E.isLeft(made)) return made;
  const saved = await loaded.savePretrained(folder, recipe, made.right, { backend: backend.name, seconds: (Date.now() - since) / 1000 })();
  if (E.isLeft(saved)) return saved;
  const { accuracy, classes } = made.right;
  return E.right(`${recipe.backbone}: ${(100 * accuracy.held).toFixed(1)} % of fresh items of ${classes} classes named right (training items ${(100 * accuracy.train).toFixed(1)} %)`);
};

const modalityOf = (word: string | undefined): E.Either<Fault, 'visual' | 'audio'> =>
  word === 'visual' || word === 'audio' ? E.right(word) : E.left(fault('Usage', 'molt pretrain', [word ?? 'no trunk'], 'visual or audio', 'molt pretrain visual --out DIR'));

export const pretrain = command({
  name: 'pretrain',
  summary: 'make the weights of a tiny trunk again, from nothing',
  operands: { shown: 'visual|audio', most: 1 },
  notes: ['Some 10 to 20 minutes on one core. Writes NAME.safetensors and its run record NAME.json.'],
  flags: {
    out: text('DIR', 'where the weights go'),
    steps: orElse(integer('N', 'steps of training, other than the recipe says', 1), undefined),
    cache: orElse(text('DIR', 'where the pool is kept'), '.cache/molt'),
    ...backendFlags,
  },
  run: ({ flags, operands }, terminal) =>
    pipe(
      TE.Do,
      TE.bind('modality', () => TE.fromEither(modalityOf(operands[0]))),
      TE.bind('loaded', () => parts),
      TE.bind('backend', () => backendOf(flags, terminal)),
      TE.bind('progress', () => TE.fromTask(() => progressOn(terminal, flags.quiet))),
      TE.chain(({ modality, loaded, backend, progress }) => {
        const recipe: Recipe = { ...loaded.recipes[modality], ...(flags.steps === undefined ? {} : { steps: flags.steps }) };
        return async () => {
          try {
            return await train(loaded, recipe, backend, flags.out, workshopIn(flags.cache, progress), progress)();
          } finally {
            progress.stop();
          }
        };
      }),
      TE.map((line) => (terminal.out(line), 0)),
    ),
});
