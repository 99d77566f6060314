/**
 * `molt taps`: what every block of a trunk gives for tensors, pictures or a sound, and how much each block changes its tokens.
 * idea:  items go through the trunk a few at a time and their taps go to the disk at once, so memory does not grow with their number.
 * laws:  agrees with the golden values of an independent implementation (test/molt/cli/taps.test.ts)
 */
import { resolve } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { chosen, late } from '../../backbones/taps.ts';
import { checkFinite } from '../../io/bindings.ts';
import { writeAtomic } from '../../io/files.ts';
import { spooled, type Add } from '../../io/spool.ts';
import { settingNames, type FrontEndName } from '../../preprocess/index.ts';
import { tapName } from '../../taps/plan.ts';
import { byName, runTaps, type Similarity, type TapPorts } from '../../taps/run.ts';
import { backendFlags, backendOf } from '../backends.ts';
import { command, optionalText } from '../command.ts';
import { pictureFeed, soundFeed, tensorFeed, type OpenFeed } from '../feeds.ts';
import { choice, integer, orElse, toggle, type ValuesOf } from '../flags.ts';
import { interruptible } from '../interrupt.ts';
import { progressOn } from '../progress.ts';
import { aligned } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { trunkFlags, trunkOf, type Trunk } from '../trunk.ts';
import { version } from '../version.ts';

const flagTable = {
  ...trunkFlags,
  inputs: optionalText('X.safetensors', 'tensors: pixels [B, 3, H, W] or logmel [B, 1, T, mels]'),
  images: optionalText('DIR', 'or the pictures of a folder, in natural order'),
  audio: optionalText('FILE', 'or the beginning of a sound, as much as the trunk holds'),
  output: optionalText('Y.safetensors', 'where the tokens of all blocks go'),
  similarity: toggle("the mean cosine between the input and output of each block (the paper's Figure 4)"),
  figure: optionalText('F.svg', 'the same as a drawing'),
  batch: orElse(integer('N', 'items at a time', 1), 4),
  setting: orElse(choice(settingNames, 'how pictures are prepared'), 'ave'),
  ffmpeg: optionalText('PATH', 'the ffmpeg that reads sound; otherwise MOLT_FFMPEG, or the one in PATH'),
  ...backendFlags,
  json: toggle('the summary as JSON'),
};
type Flags = ValuesOf<typeof flagTable> & { readonly quiet: boolean };

const usage = (given: string, needed: string): Fault => fault('Usage', 'molt taps', [given], needed, 'molt taps --help');

/** The one source that is given, and something to do with it. */
const sensible = ({ inputs, images, audio, output, similarity, figure }: Flags): Either<Fault, void> => {
  const sources = [inputs, images, audio].filter((source) => source !== undefined).length;
  if (sources !== 1) return left(usage(sources === 0 ? 'nothing to run on' : 'several things to run on', 'one of --inputs X.safetensors, --images DIR, --audio FILE'));
  if (output === undefined && figure === undefined && !similarity) return left(usage('nothing to make', '--output Y.safetensors, --similarity, --figure F.svg, or several of them'));
  const files = [inputs, audio, output, figure].flatMap((path) => (path === undefined ? [] : [resolve(path)]));
  return new Set(files).size === files.length ? right(undefined) : left(usage('one file for two things', 'an output that is no other file of this run'));
};

/** The committed HTS-AT was trained on a front end of its own. */
const frontEndOf = ({ tiny }: Trunk): FrontEndName => (tiny === 'htsat-tiny64' ? 'embedded' : 'htsat');

const feedOf = ({ inputs, images, audio, setting, ffmpeg }: Flags, trunk: Trunk): TE.TaskEither<Fault, OpenFeed> => {
  if (inputs !== undefined) return tensorFeed(inputs, trunk.config);
  return images !== undefined ? pictureFeed(images, trunk.config, setting) : soundFeed(audio ?? '', trunk.config, frontEndOf(trunk), ffmpeg);
};

interface Made {
  readonly similarities: readonly Similarity[];
  /** sizes of what was written, by name */
  readonly tensors: ReadonlyMap<string, readonly number[]>;
}

/** Knows what was written, and says once that some of it is not finite. */
const watching = (add: Add, count: number, terminal: Terminal): { readonly add: Add; readonly tensors: ReadonlyMap<string, readonly number[]> } => {
  const tensors = new Map<string, readonly number[]>();
  const told = { already: false };
  return {
    tensors,
    add: (piece) => {
      const found = checkFinite('taps', piece);
      if (isLeft(found) && !told.already) terminal.err(['warning: numbers that are not finite', ...found.left.given.map((line) => `  ${line}`)].join('\n'));
      told.already ||= isLeft(found);
      for (const [name, { sizes }] of piece) tensors.set(name, [count, ...sizes.slice(1)]);
      return add(piece);
    },
  };
};

const nowhere: Add = () => TE.right(undefined);

const ran = (trunk: Trunk, feed: OpenFeed, flags: Flags, ports: Omit<TapPorts, 'take'>, terminal: Terminal) => (add: Add): TE.TaskEither<Fault, Made> => {
  const watched = watching(add, feed.count, terminal);
  const asked = { tokens: flags.output !== undefined, cosines: flags.similarity || flags.figure !== undefined };
  return pipe(
    feed.extra.size === 0 ? TE.right(undefined) : watched.add(feed.extra),
    TE.chain(() => runTaps({ config: trunk.config, weights: trunk.weights, feed, batch: flags.batch, asked }, { ...ports, take: watched.add })),
    TE.map((similarities) => ({ similarities, tensors: watched.tensors })),
  );
};

/** What runs, with progress; the tokens go to their file, if there is one. */
const made = (trunk: Trunk, feed: OpenFeed, flags: Flags, { backend, interrupted }: Pick<TapPorts, 'backend' | 'interrupted'>, molt: string, terminal: Terminal): TE.TaskEither<Fault, Made> =>
  TE.bracket(
    TE.rightTask(() => progressOn(terminal, flags.quiet)),
    (progress) => {
      progress.start(`${trunk.name} on ${backend.name}`, feed.count);
      const fill = ran(trunk, feed, flags, { backend, interrupted, step: progress.update }, terminal);
      const metadata = new Map([['molt', molt], ['backbone', trunk.name], ['weights', trunk.hash], ['backend', backend.name], ...(feed.names.length === 0 ? [] : [['items', JSON.stringify(feed.names)] as const])]);
      return flags.output === undefined ? fill(nowhere) : spooled(flags.output, fill, () => metadata);
    },
    (progress) => TE.fromIO(progress.stop),
  );

/** The whole of a bar, in characters. */
const barWidth = 32;

/** A table with a bar for each block, from 0 to 1. */
const similarityLines = (similarities: readonly Similarity[]): readonly string[] =>
  aligned(['left', 'right', 'right', 'right', 'left'], [
    ['block', 'N', 'D', 'cosine'],
    ...similarities.map(({ layer, cosine }) => [tapName(layer), String(layer.tokens), String(layer.channels), cosine.toFixed(4), '█'.repeat(Math.max(0, Math.min(barWidth, Math.round(cosine * barWidth))))]),
  ]);

/** The drawing libraries are loaded only when a drawing is asked for. */
const drawn = (path: string, { name, config }: Trunk, similarities: readonly Similarity[]): TE.TaskEither<Fault, void> => async () => {
  const [{ depthChart }, { loadTools }, { standalone }] = await Promise.all([import('../../report/charts/depth.ts'), import('../../report/tools.ts'), import('../../report/figure.ts')]);
  const read = chosen(late, similarities.map(({ layer }) => layer)).map(tapName);
  const cosine = similarities.map(({ layer, cosine: one }) => ({ layer: `stage ${layer.stage} block ${layer.block}`, cosine: one, adapted: read.includes(tapName(layer)) }));
  const least = Math.min(0.9, Math.floor(10 * Math.min(...similarities.map((one) => one.cosine))) / 10);
  const chart = depthChart(config.kind === 'swinv2' ? 'visual' : 'audio', { name, cosine }, least);
  return pipe(loadTools(), TE.chain(({ draw }) => draw(chart)), TE.chain((svg) => writeAtomic(path, new TextEncoder().encode(standalone(svg, chart)))))();
};

const summary = (trunk: Trunk, feed: OpenFeed, { output, figure, json, similarity, quiet }: Flags, backend: string, { similarities, tensors }: Made): readonly string[] => {
  if (json)
    return [JSON.stringify({
      schemaVersion: 1, backbone: trunk.name, weights: trunk.hash, backend, items: feed.count, ...(feed.names.length === 0 ? {} : { names: feed.names }),
      ...(output === undefined ? {} : { output, outputs: Object.fromEntries(tensors) }), ...(figure === undefined ? {} : { figure }), ...(similarities.length === 0 ? {} : { similarity: byName(similarities) }),
    })];
  const done = [`${trunk.name}: ${feed.count} ${feed.count === 1 ? 'item' : 'items'} on ${backend}`, ...(output === undefined ? [] : [`${output}: ${tensors.size} tensors`]), ...(figure === undefined ? [] : [`${figure}: drawing`])];
  return [...(quiet ? [] : done), ...(similarity ? similarityLines(similarities) : [])];
};

const work = (flags: Flags, trunk: Trunk, feed: OpenFeed, terminal: Terminal): TE.TaskEither<Fault, number> =>
  pipe(
    TE.Do,
    TE.apS('backend', backendOf(flags, terminal)),
    TE.apS('molt', version),
    TE.bind('result', ({ backend, molt }) => interruptible(terminal, (interrupt) => made(trunk, feed, flags, { backend, interrupted: () => interrupt.requested }, molt, terminal))),
    TE.chainFirst(({ result }) => (flags.figure === undefined ? TE.right(undefined) : drawn(flags.figure, trunk, result.similarities))),
    TE.map(({ backend, result }) => {
      if (!flags.quiet) for (const note of feed.notes) terminal.err(note);
      const lines = summary(trunk, feed, flags, backend.name, result);
      if (lines.length > 0) terminal.out(lines.join('\n'));
      return 0;
    }),
  );

export const taps = command({
  name: 'taps',
  summary: 'run a backbone on tensors, pictures or a sound, and keep what each block gives',
  notes: [
    'Y.safetensors gets layers.{s}.blocks.{b} [B, N, D] after every block and norm [B, N, D] after the last norm; with --audio also logmel [1, T, mels].',
    'Without --weights: the committed weights of swinv2-tiny64 or htsat-tiny64. Layouts: timm, older timm, transformers, HTS-AT, CLAP.',
    'The hub is set up as for Python: HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_HUB_OFFLINE=1, HF_ENDPOINT.',
  ],
  flags: flagTable,
  run: ({ flags }, terminal) =>
    pipe(
      TE.fromEither(sensible(flags)),
      TE.chain(() => trunkOf('molt taps', flags, terminal, flags.quiet)),
      TE.chain((trunk) => TE.bracket(feedOf(flags, trunk), (feed) => work(flags, trunk, feed, terminal), (feed) => TE.rightTask(() => feed.close().catch(() => undefined)))),
    ),
});
