/**
 * `molt demo`: the main job's command line: flags, progress and Ctrl-C; the job itself is molt/demo.
 * idea:  the job is loaded when it is asked for, since it brings decoders and plotting that other commands do not need.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { faultOf, type Fault } from '../../../shapes/fault.ts';
import type { DemoOptions } from '../../demo/demo.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command, type Command } from '../command.ts';
import { integer, orElse, text, toggle } from '../flags.ts';
import { interruptible } from '../interrupt.ts';
import { progressOn } from '../progress.ts';

/** The module of the job. errors: Interrupted after a checkpoint; Storage */
export interface DemoModule {
  readonly demo: (options: DemoOptions) => TE.TaskEither<Fault, void>;
}

export const demoCommand = (load: () => Promise<DemoModule>): Command =>
  command({
    name: 'demo',
    summary: 'train MoLT and its controls on the embedded recordings and artwork, and write a report',
    notes: ['Ctrl-C saves and stops; --resume goes on from there to the same numbers.'],
    flags: {
      seed: orElse(integer('N', 'the first random seed'), 0),
      seeds: orElse(integer('N', 'how many seeds to train with', 1), 3),
      epochs: orElse(integer('N', 'epochs of each training', 1), undefined),
      rivals: toggle('the published methods instead of MoLT’s controls'),
      quick: toggle('a smaller, faster job for a first look'),
      resume: toggle('go on from an interrupted run'),
      out: orElse(text('DIR', 'where the report goes'), 'report'),
      cache: orElse(text('DIR', 'where features and checkpoints are kept'), '.cache/molt'),
      ...backendFlags,
    },
    run: ({ flags }, terminal) =>
      pipe(
        TE.tryCatch(load, (thrown) => faultOf('molt demo', thrown)),
        TE.bindTo('job'),
        TE.bind('backend', () => backendOf(flags, terminal)),
        TE.bind('progress', () => TE.fromTask(() => progressOn(terminal, flags.quiet))),
        TE.chain(({ job, backend, progress }) =>
          interruptible(terminal, (interrupt) => async () => {
            const { seed, seeds, epochs, quick, rivals, resume, out, cache, threads } = flags;
            try {
              return await job.demo({ seed, seeds, epochs, quick, rivals, resume, out, cache, backend, threads, progress, interrupt, print: terminal.out })();
            } finally {
              progress.stop();
            }
          })),
        TE.map(() => 0),
      ),
  });
