/**
 * Config: trunks by name or from a JSON file.
 * idea:  decoded once with all problems told at once: misspelt keys with the nearest known one, and sizes that do not divide.
 * laws:  test/molt/weights/config.test.ts: a configuration that is accepted can be built; every named one is accepted
 */
import { basename } from 'node:path';
import { type Either, isLeft, left, mapLeft, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import { type BackboneConfig, backboneConfigs, type BackboneName, pictureSide, stagesOf } from '../backbones/config.ts';
import { readJson } from '../io/files.ts';
import { type Files, nodeFiles } from '../io/system.ts';
import { type Complaint, type Decoder, listOf, natural, optional, positive, refine, required, tagged } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';

const trunk = { patch: required(positive), channels: required(positive), depths: required(listOf(positive)), heads: required(listOf(positive)), window: required(positive) };

const shape = tagged('kind', {
  swinv2: { image: required(positive), ...trunk, pretrainedWindows: optional(listOf(natural), undefined) },
  htsat: { spectrogram: required(positive), mels: required(positive), ...trunk },
});
type Decoded = typeof shape extends Decoder<infer A> ? A : never;

const configOf = (file: Decoded): BackboneConfig => {
  if (file.kind === 'htsat') return file;
  const { pretrainedWindows, ...rest } = file;
  return pretrainedWindows === undefined || pretrainedWindows.every((side) => side === 0) ? rest : { ...rest, pretrainedWindows };
};

/** Greatest numbers that are taken, far above any trunk in use: beyond them the graph alone would fill the memory. */
const most = { side: 8192, depth: 1000, channels: 65_536 } as const;

const limits = (config: BackboneConfig): readonly Complaint[] => {
  const side = pictureSide(config);
  const at = config.kind === 'swinv2' ? 'image' : 'spectrogram';
  return [
    ...(side > most.side ? [{ at: [at], given: String(side), needed: `a side of at most ${most.side}` }] : []),
    ...(config.channels > most.channels ? [{ at: ['channels'], given: String(config.channels), needed: `at most ${most.channels} channels` }] : []),
    ...config.depths.flatMap((depth, s) => (depth > most.depth ? [{ at: ['depths', `[${s}]`], given: String(depth), needed: `at most ${most.depth} blocks` }] : [])),
  ];
};

/** As many entries as there are stages. */
const lengths = (config: BackboneConfig): readonly Complaint[] => {
  const stages = config.depths.length;
  const pretrained = config.kind === 'swinv2' ? config.pretrainedWindows : undefined;
  return [['heads', config.heads] as const, ['pretrainedWindows', pretrained] as const].flatMap(([key, list]) =>
    list === undefined || list.length === stages ? [] : [{ at: [key], given: `${list.length} entries`, needed: `${stages}, as many as depths` }]);
};

/** A window of 1 has no offsets to scale by. */
const scales = (config: BackboneConfig): readonly Complaint[] =>
  config.kind === 'htsat' ? [] : (config.pretrainedWindows ?? []).flatMap((side, s) => (side === 1 ? [{ at: ['pretrainedWindows', `[${s}]`], given: '1', needed: '0 (the window itself) or at least 2' }] : []));

const divides = (config: BackboneConfig): readonly Complaint[] => {
  const side = pictureSide(config);
  const at = config.kind === 'swinv2' ? 'image' : 'spectrogram';
  const folded = config.kind === 'htsat' && side % config.mels !== 0 ? [{ at: ['spectrogram'], given: String(side), needed: `a multiple of the ${config.mels} mels` }] : [];
  if (side % config.patch !== 0) return [...folded, { at: [at], given: String(side), needed: `a multiple of the patch, ${config.patch}` }];
  const halvings = 2 ** (config.depths.length - 1);
  const grid = side / config.patch;
  if (grid % halvings !== 0) return [...folded, { at: [at], given: `${side}, a grid of ${grid} patches a side`, needed: `a grid that ${config.depths.length - 1} mergings can halve: a multiple of ${config.patch * halvings}` }];
  return [
    ...folded,
    ...stagesOf(config).flatMap((stage): readonly Complaint[] => {
      const w = stage.windows[0]?.side ?? 1;
      return [
        ...(stage.side % w === 0 ? [] : [{ at: ['window'], given: `${config.window}, on the grid of ${stage.side} of stage ${stage.index}`, needed: 'a window that divides the grid of every stage, or is not smaller than it' }]),
        ...(stage.channels % stage.heads === 0 ? [] : [{ at: ['heads', `[${stage.index}]`], given: String(stage.heads), needed: `a divisor of the ${stage.channels} channels of stage ${stage.index}` }]),
      ];
    }),
  ];
};

const checks = (file: Decoded): readonly Complaint[] => {
  const config = configOf(file);
  const first = [...limits(config), ...lengths(config), ...scales(config)];
  return first.length > 0 ? first : divides(config);
};

const codec: Decoder<BackboneConfig> = refine(shape, checks, configOf);

/** A configuration from parsed JSON; `source` is the file's name in messages. errors: Name for misspelt or missing keys, Decode for any other problem; all in one fault */
export const decodeBackbone = (source: string, json: unknown): Either<Fault, BackboneConfig> =>
  mapLeft((errors: t.Errors) => problemsFault(source, 'a backbone configuration', errors))(codec.decode(json));

export interface NamedBackbone {
  /** of `backboneConfigs`, or that of the file without its folder (with it, if it would be taken for one of ours) */
  readonly name: string;
  readonly config: BackboneConfig;
}

const isName = (text: string): text is BackboneName => Object.hasOwn(backboneConfigs, text);

/** Is this the path of a file, rather than a name? */
const isPath = (text: string): boolean => /[/\\]|\.json$/i.test(text);

const byName = (text: string): Either<Fault, NamedBackbone> => {
  const names = Object.keys(backboneConfigs);
  return isName(text)
    ? right({ name: text, config: backboneConfigs[text] })
    : left(fault('Name', `backbone ${JSON.stringify(text)}`, [`no such name${didYouMean(text, names)}`], `one of ${names.join(', ')}, or the path of a configuration (.json)`));
};

/**
 * A trunk by its name, or from the path of a JSON configuration (anything with a slash, or that ends in .json).
 * errors: Name with the nearest known name, and those of the file and of `decodeBackbone`
 */
export const backboneNamed = (textOrPath: string, files: Files = nodeFiles): TE.TaskEither<Fault, NamedBackbone> => {
  const named = byName(textOrPath);
  if (!isLeft(named) || !isPath(textOrPath)) return TE.fromEither(named);
  return pipe(readJson(textOrPath, files), TE.chainEitherK((json) => decodeBackbone(textOrPath, json)), TE.map((config) => ({ name: isName(basename(textOrPath)) ? textOrPath : basename(textOrPath), config })));
};
