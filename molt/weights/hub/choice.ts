/**
 * Choice: which files of a repository are its weights.
 * idea:  the named file, else `model.safetensors`, else the shards of `model.safetensors.index.json`.
 * not:   pickles, which run code when they are read; a repository that has nothing else gets the way to convert one.
 */
import { left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { didYouMean } from '../../../shapes/nearest.ts';
import { fewNames } from '../../../shapes/few.ts';
import { conversion, isPickle } from '../pickle.ts';
import { indexName, isIndex, isTensors, shardsIn, wholeName } from '../shards.ts';
import { type Place, placeText } from './place.ts';

/** A pickle is fetched by the user's own hand and converted without running what it holds. */
const converted = (repository: string, path: string): string => `pip install huggingface_hub torch safetensors; hf download ${repository} ${path} --local-dir . && ${conversion(path)}; then give that file`;

const pickled = (place: Place, pickles: readonly string[]): Fault =>
  fault('Unsupported', placeText(place), pickles.slice(0, 6).map((path) => `${path}, a pickle, which can run any code when it is read`), 'weights as safetensors', converted(place.repository, pickles[0] ?? ''));

/**
 * The path of the weights among a repository's files.
 * errors: Name (nothing of that name, no weights), Unsupported (only pickles)
 */
export const weightsAmong = (place: Place, paths: readonly string[]): Either<Fault, string> => {
  const { file } = place;
  if (file !== undefined) {
    if (isPickle(file)) return left(pickled(place, [file]));
    if (!isTensors(file) && !isIndex(file)) return left(fault('Name', placeText(place), [file], 'a file whose name ends in .safetensors or .safetensors.index.json'));
    return paths.includes(file) ? right(file) : left(fault('Name', placeText(place), [`${file}${didYouMean(file, paths)}`], `a file of ${place.repository}@${place.revision}`, `its files there: ${shown(paths)}`));
  }
  const found = [wholeName, indexName].find((path) => paths.includes(path));
  if (found !== undefined) return right(found);
  const tensors = paths.filter((path) => isTensors(path) || isIndex(path));
  const pickles = paths.filter(isPickle);
  if (tensors.length === 0 && pickles.length > 0) return left(pickled(place, pickles));
  const [first] = tensors;
  return left(fault('Name', placeText(place), [`files: ${shown(paths)}`], `${wholeName} or ${indexName}`, first === undefined ? 'this repository has no weights in its root: name the file, with its folder' : `name the file: ${placeText({ ...place, file: first })}`));
};

const shown = (paths: readonly string[]): string => (paths.length === 0 ? 'none' : fewNames(paths, 12));

/**
 * The shards that an index names, with the index's folder, each once.
 * errors: those of `shardsIn`
 */
export const shardsOf = (where: string, index: string, content: unknown): Either<Fault, readonly string[]> =>
  pipe(
    shardsIn(where, content, (path) => [...index.split('/').slice(0, -1), path].join('/')),
    map((shards) => [...new Set(shards.values())].toSorted()),
  );
