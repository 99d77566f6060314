/**
 * `molt extract`: the features of every clip of a manifest, into a store; and the check of a store.
 * idea:  the work is molt/extract's, which is loaded when it is asked for; here are flags, progress, Ctrl-C and the summary.
 * laws:  test/molt/cli/extract.test.ts
 */
import { availableParallelism } from 'node:os';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, faultOf, type Fault } from '../../../shapes/fault.ts';
import { didYouMean } from '../../../shapes/nearest.ts';
import { type TinyBackbone, tinyBackbones } from '../../backbones/config.ts';
import type { BackboneSource, Kept } from '../../extract/index.ts';
import { settingNames } from '../../preprocess/index.ts';
import { positions } from '../../variants/backbones.ts';
import { backboneNamed, loadBackbone, loadWeights } from '../../weights/index.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command, optionalText } from '../command.ts';
import { choice, type Flag, integer, orElse, repeated, text, toggle } from '../flags.ts';
import { interruptible } from '../interrupt.ts';
import { progressOn } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { weightsPath } from '../trunk.ts';

/** The parts that bring media and store are loaded when they are needed. */
const parts = TE.tryCatch(
  async () => ({ ...(await import('../../extract/index.ts')), ...(await import('../../media/index.ts')), store: await import('../../store/index.ts') }),
  (thrown) => faultOf('molt extract', thrown),
);
type Parts = typeof parts extends TE.TaskEither<Fault, infer A> ? A : never;

/** `late`, `early+late`; `mid` is short for `middle`; `input` is what enters the trunk. */
const positionFlag: Flag<Kept> = {
  about: 'at which layers: late, middle (mid), early, or several joined by +; or input: what enters the trunk, for adapters inside it',
  placeholder: 'P[+P]|input',
  read: (given) => {
    if (given === 'input') return right('input');
    const names = given.split('+').map((name) => (name === 'mid' ? 'middle' : name));
    const wrong = names.find((name) => !positions.some((position) => position === name));
    return wrong === undefined ? right(positions.filter((position) => names.includes(position))) : left(`late, middle or early, or several joined by +; or input${didYouMean(wrong, [...positions, 'input'])}`);
  },
  absent: { value: ['late'] },
};

const flags = {
  store: text('DIR', 'the feature store; made if it is not there'),
  backbone: repeated(text('NAME|C.json', 'a frozen trunk: Swin-V2 for pictures, HTS-AT for sound, by name or as a configuration')),
  weights: repeated(text('W', 'its weights, in the order of the trunks: a .safetensors file, an index, a folder, or hf:org/name[@revision]; the tiny trunks bring theirs along')),
  share: toggle('the Swin-V2 takes sound, too, as pictures of filter banks'),
  position: positionFlag,
  dtype: orElse(choice(['f16', 'f32'], 'how features are stored: half the size, or every bit'), 'f16'),
  setting: orElse(choice(settingNames, 'how clips are cut and pictures made, whatever the manifest says'), undefined),
  data: optionalText('DIR', 'the folder that paths are taken from; the manifest\'s own if not given'),
  workers: orElse(integer('N', 'threads that decode; half the cores, at most 4, if not given', 1), undefined),
  ffmpeg: optionalText('PATH', 'the program ffmpeg; else MOLT_FFMPEG, else the one in PATH'),
  ...backendFlags,
  verify: toggle('check every byte of the store instead'),
  repair: toggle('with --verify: move damaged shards aside, so that the next run makes them again'),
  json: toggle('the summary, or what was found, as JSON'),
};

const usage = 'molt extract MANIFEST.json --backbone NAME --store DIR';
const wrong = (given: string, needed: string, hint: string): Fault => fault('Usage', 'molt extract', [given], needed, hint);

const isTiny = (name: string): name is TinyBackbone => tinyBackbones.some((tiny) => tiny === name);

/** Backbones with their weights, which are paired in order. errors: Usage, and those of the configuration files */
const sourcesOf = (backbones: readonly string[], weights: readonly string[], keep: Kept, terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, readonly BackboneSource[]> => {
  if (keep === 'input' && weights.length > 0) return TE.left(wrong('--weights with --position input', 'no weights: what enters a trunk depends on its sizes alone', '`molt train` takes the weights, as --visual-weights and --audio-weights'));
  if (weights.length !== 0 && weights.length !== backbones.length) return TE.left(wrong(`${backbones.length} --backbone and ${weights.length} --weights`, 'as many of one as of the other, in the same order; or none, for the tiny trunks', usage));
  return TE.traverseSeqArray(([asked, source]: readonly [string, string | undefined]) =>
    pipe(
      backboneNamed(asked),
      TE.chain(({ name, config }): TE.TaskEither<Fault, BackboneSource> => {
        if (source !== undefined) return TE.right({ name, config, committed: false, load: pipe(weightsPath(source, terminal, quiet), TE.chain((path) => loadWeights(path, config))) });
        if (keep === 'input') return TE.right({ name, config, committed: isTiny(name), load: TE.left(fault('Defect', name, ['weights of a trunk that is not run'], 'none')) });
        if (isTiny(name)) return TE.right({ name, config, committed: true, load: loadBackbone(name) });
        return TE.left(wrong(`no --weights for ${name}`, 'its weights: only the tiny trunks bring theirs along', `--backbone ${asked} --weights W.safetensors`));
      }),
    ))(backbones.map((asked, i) => [asked, weights[i]] as const));
};

/** Threads that decode beside the engine's. */
const usualWorkers = (): number => Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

const verified = ({ store }: Parts, folder: string, repair: boolean, json: boolean, terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, number> => async () => {
  const progress = await progressOn(terminal, quiet);
  progress.start('checking', 0);
  const found = await store.verify(folder, { repair, onShard: (done) => progress.update(done) })();
  progress.stop();
  if (found._tag === 'Left') return found;
  const findings = found.right;
  const damage = findings.filter(store.isDamage);
  if (json) terminal.out(JSON.stringify({ schemaVersion: 1, store: folder, findings }));
  else {
    for (const finding of findings) terminal.out(store.printFinding(finding));
    terminal.out(`${folder}: ${damage.length === 0 ? 'every byte is as it was written' : `${damage.length} damaged${repair ? ', moved aside: the same `molt extract` makes them again' : ': --repair moves them aside'}`}`);
  }
  return right(damage.length === 0 ? 0 : 1);
};

const manifestOf = (path: string | undefined): Either<Fault, string> => (path === undefined ? left(wrong('no manifest', usage, 'molt extract --help')) : right(path));

export const extract = command({
  name: 'extract',
  summary: 'run frozen trunks over the clips of a manifest, once, and keep their features (or what enters them)',
  operands: { shown: 'MANIFEST.json', most: 1 },
  notes: [
    '{ "schemaVersion": 1, "setting": "ave", "classes": ["dog", …, "background"],',
    '  "items": [{ "id": "clip1", "video": "clip1.mp4", "labels": [0, 0, …], "split": "train" }, …] }',
    'Labels are a class for each segment; training takes the last class as background.',
    'An item has a video, or frames (a folder or a list of pictures), and an audio file where the video\'s own sound is not meant.',
    'With --position input nothing is run: pixels and spectrograms are kept, for variants whose adapters stand inside the trunks.',
    'What is in the store is not made again. Ctrl-C stops, and a killed run loses little: the same command goes on, to the same bytes.',
    'Several runs on one store share the work. Clips that can\'t be read are listed, the rest is extracted; exit code 1 then.',
  ],
  flags,
  run: ({ flags: given, operands }, terminal) => {
    const { quiet, json } = given;
    if (given.verify) {
      if (operands.length > 0 || given.backbone.length > 0) return TE.left(wrong('--verify beside a manifest or a backbone', 'molt extract --verify --store DIR', 'molt extract --help'));
      return pipe(parts, TE.chain((loaded) => verified(loaded, given.store, given.repair, json, terminal, quiet)));
    }
    if (given.repair) return TE.left(wrong('--repair without --verify', 'molt extract --verify --repair --store DIR', 'molt extract --help'));
    return pipe(
      TE.Do,
      TE.bind('manifest', () => TE.fromEither(manifestOf(operands[0]))),
      TE.bind('loaded', () => parts),
      TE.bind('backbones', () => sourcesOf(given.backbone, given.weights, given.position, terminal, quiet)),
      TE.bind('progress', () => TE.fromTask(() => progressOn(terminal, quiet))),
      TE.chain(({ manifest, loaded, backbones, progress }) =>
        interruptible(terminal, (interrupt) => async () => {
          const { store, data, setting, share, position, dtype, workers } = given;
          try {
            const summary = await loaded.extract({
              manifest, data, setting, backbones, share, keep: position, store, dtype, workers: workers ?? usualWorkers(), progress, interrupt,
              backend: backendOf(given, terminal), ffmpeg: loaded.findFfmpeg(given.ffmpeg, process.env), clock: () => performance.now(),
            })();
            if (summary._tag === 'Left') return summary;
            if (json) terminal.out(loaded.summaryJson(summary.right));
            else for (const line of loaded.summaryLines(summary.right)) terminal.out(line);
            return right(summary.right.items.failed === 0 ? 0 : 1);
          } finally {
            progress.stop();
          }
        })),
    );
  },
});
