/**
 * Library: where the file of ONNX Runtime's native library lies, and koffi, which calls into it.
 * idea:  both packages are optional, and neither needs its install script: the npm package of onnxruntime-node brings the CPU library of
 *        every platform, koffi brings its own binary.
 * not:   onnxruntime-node's JavaScript. Its binding copies every output into fresh memory, and runs while the event loop waits.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../../../shapes/fault.ts';

const where = 'backend ort-node';
const install = 'npm install --ignore-scripts onnxruntime-node koffi';

export const absent = (what: string): Fault => fault('Unsupported', where, [what], 'the packages onnxruntime-node (1.23 or later) and koffi', install);

/** How the library's file is called. */
const fileNames: { readonly [platform: string]: RegExp } = {
  linux: /^libonnxruntime\.so\.1$/,
  darwin: /^libonnxruntime\.1(\.[\d.]+)?\.dylib$/,
  win32: /^onnxruntime\.dll$/,
};

/** The folder of an installed package, if it is there. */
const folderOf = (name: string): string | undefined => {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
};

/**
 * Path of the native library for this machine.
 * errors: Unsupported where onnxruntime-node is not installed, or brings no library for the platform
 */
export const libraryPath = (platform: string = process.platform, arch: string = process.arch): E.Either<Fault, string> => {
  const folder = folderOf('onnxruntime-node');
  if (folder === undefined) return E.left(absent('onnxruntime-node is not installed'));
  const pattern = fileNames[platform];
  const bin = join(folder, 'bin');
  const places = existsSync(bin) ? readdirSync(bin).map((version) => join(bin, version, platform, arch)).filter((place) => existsSync(place)) : [];
  const found = places.flatMap((place) => readdirSync(place).filter((file) => pattern?.test(file)).map((file) => join(place, file)));
  const [first] = found.sort();
  return first === undefined ? E.left(fault('Unsupported', where, [`onnxruntime-node has no library for ${platform} ${arch}`], 'a platform for which ONNX Runtime is built', 'another backend, for instance tfjs-wasm')) : E.right(first);
};
