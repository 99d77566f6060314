/**
 * `molt eval`: trained weights on a split of a store: how often the answers are right, over all and for each class.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { openData } from '../../train/stored/data.ts';
import { evaluate } from '../../train/stored/evaluate.ts';
import { learnerOn } from '../../train/stored/learner.ts';
import type { SplitScore } from '../../train/stored/scores.ts';
import { splitNames } from '../../train/stored/split.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command, optionalText } from '../command.ts';
import { choice, integer, orElse, text, toggle } from '../flags.ts';
import { interruptible } from '../interrupt.ts';
import { progressOn } from '../progress.ts';
import { dataFlags, dataOptionsOf, storeFlag, trunksOn, trunkWeightsFlags, usualBatch, variantOf } from '../stored.ts';
import { aligned, grouped } from '../table.ts';

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

/** A line for each class, and one for all. */
const tableOf = (split: string, { accuracy, items, segments, classes }: SplitScore): string =>
  aligned(['left', 'right', 'right', 'right', 'right'], [
    ['class', 'segments', 'right', 'recall', 'precision'],
    ...classes.map((c) => [c.name, grouped(c.segments), grouped(c.right), percent(c.right, c.segments), percent(c.right, c.answered)]),
    [`all of ${split} (${grouped(items)} items)`, grouped(segments), grouped(classes.reduce((sum, c) => sum + c.right, 0)), percent(accuracy, 1), ''],
  ]).join('\n');

export const evalCommand = command({
  name: 'eval',
  summary: 'how often trained weights are right on a split of a store',
  operands: { shown: 'VARIANT.json', most: 1 },
  notes: ['Accuracy is the share of segments whose label is right, background being a label of its own.'],
  flags: {
    ...storeFlag,
    weights: text('W.safetensors', 'weights of `molt train`'),
    ...dataFlags,
    ...trunkWeightsFlags,
    standard: optionalText('S.safetensors', 'what features are scaled by; standard.safetensors beside the weights if not given'),
    split: orElse(choice(splitNames, 'split of the manifest'), 'test' as const),
    batch: orElse(integer('N', 'segments that run at once, or clips where the head looks at whole clips; the variant\'s, or what is usual in training, if not given', 1), undefined),
    ...backendFlags,
    json: toggle('the score as JSON'),
  },
  run: ({ flags, operands }, terminal) => {
    const { weights, standard, split, batch, quiet, json } = flags;
    return pipe(
      TE.fromEither(variantOf('eval', operands)),
      TE.chain((variant) => openData(dataOptionsOf(variant, flags))),
      TE.bindTo('opened'),
      TE.bind('built', ({ opened }) => learnerOn(opened, trunksOn(flags, terminal))),
      TE.bind('backend', () => backendOf(flags, terminal)),
      TE.bind('progress', () => TE.fromTask(() => progressOn(terminal, quiet || json))),
      TE.bind('score', ({ opened, built, backend, progress }) => interruptible(terminal, (interrupt) => async () => {
        try {
          return await evaluate({ opened, built, weights, standard, split, batch: batch ?? usualBatch(opened) }, { backend, progress, interrupt })();
        } finally {
          progress.stop();
        }
      })),
      TE.map(({ opened, backend, score }) => {
        terminal.out(json ? JSON.stringify({ schemaVersion: 1, variant: opened.variant.name, backend: backend.name, split, ...score }) : tableOf(split, score));
        return 0;
      }),
    );
  },
});
