/**
 * Who may import what: one table of folders, and the function that reads it.
 * idea:  the row with the longest matching path owns a file; what its row does not name is refused. A vendor library
 *        stands in the row of the one folder that wraps it, Node in the rows of the folders that touch the machine.
 * laws:  test/repo/lint.test.ts (each kind of violation is rejected, each allowed arrow passes).
 * not:   cycles (import/no-cycle of oxlint); what is reachable in a browser (test/repo/bundle.test.ts).
 */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/**
 * @typedef {object} Row
 * @property {string} at         folder or file that the row speaks about
 * @property {string[]} from     folders and files of ours that it may import; a leading ! takes a part away again
 * @property {string[]} packages packages that it may import, `scope/*` for a whole scope, `*` for any
 * @property {boolean} [node]    may import node:* and load modules by a computed name
 */

const blocks = ['shapes', 'dsl', '!dsl/backends', 'molt', '!molt/cli', '!molt/report', '!molt/io', '!molt/data', '!molt/train', '!molt/weights', '!molt/media', '!molt/store', '!molt/extract'];
const workshop = ['shapes', 'dsl', 'molt', '!molt/cli'];

/** @type {readonly Row[]} */
export const rows = [
  // the language of shapes stands on nothing
  { at: 'shapes', from: ['shapes'], packages: ['fp-ts'] },

  // the language of tensors; each backend is a leaf that alone knows its engine
  { at: 'dsl', from: ['shapes', 'dsl', '!dsl/backends'], packages: ['fp-ts'] },
  // what is known before running is computed by the meaning itself
  { at: 'dsl/simplify', from: ['shapes', 'dsl', '!dsl/backends', 'dsl/backends/reference'], packages: ['fp-ts'] },
  { at: 'dsl/onnx', from: ['shapes', 'dsl', '!dsl/backends'], packages: ['fp-ts', 'protobufjs'] },
  { at: 'dsl/backends', from: ['shapes', 'dsl', '!dsl/backends/tfjs', '!dsl/backends/ort'], packages: ['fp-ts'] },
  { at: 'dsl/backends/ort', from: ['shapes', 'dsl', '!dsl/backends/tfjs'], packages: ['fp-ts', 'onnxruntime-web', 'onnxruntime-common'] },
  { at: 'dsl/backends/ort/native', from: ['shapes', 'dsl', '!dsl/backends/tfjs'], packages: ['fp-ts', 'koffi'], node: true },
  { at: 'dsl/backends/tfjs', from: ['shapes', 'dsl'], packages: ['fp-ts', '@tensorflow/*'] },
  { at: 'dsl/backends/tfjs/node.ts', from: ['shapes', 'dsl'], packages: ['fp-ts', '@tensorflow/*'], node: true },

  // the flagship: blocks, backbones, adapters and tasks are pure; the workshop around them touches the world
  { at: 'molt', from: blocks, packages: ['fp-ts'] },
  { at: 'molt/index.ts', from: ['shapes', 'dsl', '!dsl/backends', 'molt', '!molt/cli', '!molt/report', '!molt/io'], packages: ['fp-ts'] },
  { at: 'molt/variants', from: [...blocks, 'molt/io'], packages: ['fp-ts', 'io-ts'] },
  { at: 'molt/io', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/train', from: workshop, packages: ['fp-ts'], node: true },
  {
    at: 'molt/data',
    from: workshop,
    packages: ['fp-ts', 'io-ts', '@resvg/resvg-js', 'pngjs', 'mpg123-decoder', '@wasm-audio-decoders/*'],
  },
  { at: 'molt/data/audio', from: [...workshop, '!molt/io'], packages: ['fp-ts', 'fft.js'] },
  {
    at: 'molt/data/sources',
    from: workshop,
    packages: ['fp-ts', 'io-ts', '@resvg/resvg-js', 'pngjs', 'mpg123-decoder', '@wasm-audio-decoders/*'],
    node: true,
  },
  { at: 'molt/data/cache', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/data/cache.ts', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/weights', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/weights/hub', from: workshop, packages: ['fp-ts', '@huggingface/hub'], node: true },
  { at: 'molt/media', from: workshop, packages: ['fp-ts', 'sharp'], node: true },
  { at: 'molt/preprocess', from: [...blocks, 'molt/data/audio'], packages: ['fp-ts', 'fft.js'] },
  { at: 'molt/store', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/extract', from: workshop, packages: ['fp-ts', 'io-ts'], node: true },
  { at: 'molt/demo', from: workshop, packages: ['fp-ts'], node: true },
  { at: 'molt/prove', from: ['shapes', 'molt/prove', 'molt/io'], packages: ['fp-ts'], node: true },
  { at: 'molt/report', from: workshop, packages: ['fp-ts', 'vega', 'vega-lite', 'pngjs'], node: true },
  { at: 'molt/cli', from: ['shapes', 'dsl', 'molt', 'proofs'], packages: ['fp-ts', 'io-ts', 'cli-progress'], node: true },
  { at: 'molt/cli/molt.mjs', from: ['tools/compile.mjs'], packages: [], node: true },

  // the laws: about the language they know nothing of MoLT; about MoLT they do
  { at: 'proofs', from: ['shapes', 'dsl', '!dsl/backends/tfjs', '!dsl/backends/ort', 'proofs', '!proofs/molt'], packages: ['fp-ts', 'fast-check'] },
  { at: 'proofs/molt', from: ['shapes', 'dsl', '!dsl/backends/tfjs', '!dsl/backends/ort', 'proofs', 'molt', '!molt/cli'], packages: ['fp-ts', 'fast-check'] },

  // what uses all of it
  { at: 'test', from: ['shapes', 'dsl', 'molt', 'proofs', 'test', 'examples', 'bench', 'tools'], packages: ['*'], node: true },
  { at: 'examples', from: ['shapes', 'dsl', 'molt', 'proofs', 'examples'], packages: ['*'], node: true },
  { at: 'bench', from: ['shapes', 'dsl', 'molt', 'proofs', 'bench'], packages: ['*'], node: true },
  { at: 'tools', from: ['shapes', 'dsl', 'molt', 'proofs', 'tools'], packages: ['*'], node: true },
];

const within = (folder, file) => file === folder || file.startsWith(`${folder}/`);
const longest = (paths, file) => paths.filter((path) => within(path, file)).sort((a, b) => b.length - a.length)[0];

/** The row that speaks for a file (a path from the repository's root), if any. */
export const rowOf = (file) => rows.find((row) => row.at === longest(rows.map(({ at }) => at), file));

const ours = (row, file) => {
  const best = longest(row.from.map((path) => path.replace('!', '')), file);
  return best !== undefined && row.from.includes(best);
};
const packageOf = (specifier) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
const named = (row, name) => row.packages.some((one) => one === '*' || one === name || (one.endsWith('/*') && name.startsWith(one.slice(0, -1))));
const say = (row) => `${row.at} imports only ${[...row.from.map((path) => path.replace('!', 'not ')), ...row.packages].join(', ')}${row.node ? ', node:*' : ''}`;

/**
 * Why `file` may not import `specifier`; undefined if it may. Both kinds of names are read: relative and package.
 * @param {string} file       from the repository's root, with forward slashes
 * @param {string} specifier  as written
 * @returns {string | undefined}
 */
export const refusal = (file, specifier) => {
  const row = rowOf(file);
  if (row === undefined) return undefined;
  if (/^\.{1,2}(\/|$)/.test(specifier)) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    // data and configuration beside the sources (package.json, golden files) belong to no layer
    if (rowOf(target) === undefined) return target.startsWith('..') ? `${target} lies outside the repository` : undefined;
    return ours(row, target) ? undefined : `${file} may not import ${target}: ${say(row)}`;
  }
  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    if (!row.node) return `${file} may not import Node's ${bare}: ${say(row)}`;
    return specifier.startsWith('node:') ? undefined : `write node:${bare}`;
  }
  const name = packageOf(specifier);
  if (name === 'molt') return row.at === 'examples' || row.at === 'test' ? undefined : `${file} may not import its own package by name`;
  if (name === 'fp-ts' && !/^fp-ts\/lib\/\w+\.js$/.test(specifier)) return `write fp-ts/lib/<Module>.js: ${specifier} does not load in Node's ESM`;
  if (name === 'io-ts' && specifier !== 'io-ts' && !/^io-ts\/lib\/\w+\.js$/.test(specifier)) return `write io-ts/lib/<Module>.js: ${specifier} does not load in Node's ESM`;
  return named(row, name) ? undefined : `${file} may not import ${name}: ${say(row)}`;
};

/** May this file load a module whose name is computed? */
export const mayCompute = (file) => rowOf(file)?.node === true || within('dsl/backends', file);
