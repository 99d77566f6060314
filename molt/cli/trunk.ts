/**
 * A trunk on the command line: which one, and where its weights come from.
 * idea:  a name or a file says the sizes, a file, a folder or the hub gives the weights, and the tiny trunks bring theirs along.
 */
import { basename } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { tinyBackbones, type BackboneConfig, type TinyBackbone } from '../backbones/config.ts';
import { readJson } from '../io/files.ts';
import { isPlace, located, processHub, type HubPorts } from '../weights/hub/index.ts';
import { backboneNamed, decodeBackbone, loadBackbone, loadWeights, type LoadedBackbone, type NamedBackbone } from '../weights/index.ts';
import { optionalText } from './command.ts';
import { progressOn } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** `--config C.json | --backbone NAME`, and `--weights W` */
export const trunkFlags = {
  config: optionalText('C.json', 'the trunk, as a configuration file'),
  backbone: optionalText('NAME', 'the trunk, by name'),
  weights: optionalText('W', 'its weights: a .safetensors file, an index of shards, a folder, or hf:org/name[@revision][/file] on the Hugging Face hub'),
};

export interface AskedTrunk {
  readonly config: string | undefined;
  readonly backbone: string | undefined;
  readonly weights: string | undefined;
}

export interface Trunk extends LoadedBackbone {
  readonly name: string;
  /** the committed trunk of this name, if it is one */
  readonly tiny: TinyBackbone | undefined;
}

const which = (command: string, { config, backbone }: AskedTrunk): TE.TaskEither<Fault, NamedBackbone> => {
  if (config !== undefined && backbone === undefined) return pipe(readJson(config), TE.chainEitherK((json) => decodeBackbone(config, json)), TE.map((decoded) => ({ name: basename(config), config: decoded })));
  if (backbone !== undefined && config === undefined) return backboneNamed(backbone);
  return TE.left(fault('Usage', command, [config === undefined ? 'no trunk' : '--config and --backbone'], '--config C.json or --backbone NAME', `${command} --help`));
};

/** What progress on stderr the hub's files make. */
const hubOn = (terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, { readonly ports: HubPorts; readonly stop: () => void }> =>
  TE.rightTask(async () => {
    const progress = await progressOn(terminal, quiet);
    const now = { file: '' };
    const ports: HubPorts = {
      ...processHub(),
      note: terminal.err,
      progress: ({ file, done, total }) => {
        if (file !== now.file) progress.start(`${file}, MB`, Math.round(total / 1e6));
        now.file = file;
        progress.update(Math.round(done / 1e6));
      },
    };
    return { ports, stop: progress.stop };
  });

/** The path of weights, fetched first where they are on the hub. errors: those of the hub */
export const weightsPath = (source: string, terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, string> =>
  isPlace(source) ? TE.bracket(hubOn(terminal, quiet), ({ ports }) => located(source, ports), ({ stop }) => TE.fromIO(stop)) : TE.right(source);

const tinyOf = ({ backbone }: AskedTrunk): TinyBackbone | undefined => tinyBackbones.find((tiny) => tiny === backbone);

/** Where published weights are found. */
const published: { readonly [K in BackboneConfig['kind']]: string } = {
  swinv2: '--weights W.safetensors, or hf:org/name, such as hf:timm/swinv2_large_window12_192.ms_in22k for swinv2-large-w12-192',
  htsat: '--weights W.safetensors: the published checkpoint of HTS-AT, converted once, or the audio part of a CLAP',
};

const loaded = (command: string, { name, config }: NamedBackbone, asked: AskedTrunk, terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, LoadedBackbone> => {
  const tiny = tinyOf(asked);
  if (asked.weights !== undefined) return pipe(weightsPath(asked.weights, terminal, quiet), TE.chain((path) => loadWeights(path, config)));
  return tiny === undefined ? TE.left(fault('Usage', command, [`no --weights for ${name}`], 'its weights: only the tiny trunks bring theirs along', published[config.kind])) : loadBackbone(tiny);
};

/** A trunk with its weights. errors: Usage (no trunk, two of them, no weights), those of the configuration, the hub and the weights */
export const trunkOf = (command: string, asked: AskedTrunk, terminal: Terminal, quiet: boolean): TE.TaskEither<Fault, Trunk> =>
  pipe(which(command, asked), TE.chain((named) => pipe(loaded(command, named, asked, terminal, quiet), TE.map((found): Trunk => ({ ...found, name: named.name, tiny: tinyOf(asked) })))));
