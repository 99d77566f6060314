/**
 * Shards: which file of several holds each weight, decoded by one rule for those who fetch the files and those who read them.
 * idea:   a shard is a .safetensors file beside the index, as every writer has it; a path that leads anywhere else is refused, before anything is fetched.
 * laws:   test/molt/weights/shards.test.ts, load.test.ts and hub/hub.test.ts beside it: what the hub fetches is what the loader opens
 * source: the index of sharded files as transformers writes it: { "weight_map": { name: file } }
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { problemsFault } from '../variants/problems.ts';
import { isPickle, pickleFault } from './pickle.ts';

/** The names under which weights lie in a folder or a repository. */
export const wholeName = 'model.safetensors';
export const indexName = 'model.safetensors.index.json';

export const isTensors = (path: string): boolean => path.endsWith('.safetensors');
export const isIndex = (path: string): boolean => path.endsWith('.safetensors.index.json');

/** A path that stays in its folder, on every system. */
export const isTame = (path: string): boolean => path.split('/').every((part) => part !== '' && !/^\.{1,2}$/.test(part) && !/[\\:\p{Cc}]/u.test(part));

const needed = 'the name of a file beside the index';
const shard = new t.Type<string>(needed, t.string.is, (u, context) => (typeof u === 'string' && isTame(u) && !u.includes('/') ? t.success(u) : t.failure(u, context, needed)), t.identity);
const Index = t.type({ weight_map: t.record(t.string, shard) });

/**
 * Name of each weight → its shard, as `placed` names a file beside the index; `where` is the index, as faults name it.
 * errors: Name (no weight_map), Decode (no weight in it, a path that leads elsewhere, a file of another kind), Unsupported (shards that are pickles)
 */
export const shardsIn = (where: string, content: unknown, placed: (path: string) => string): Either<Fault, ReadonlyMap<string, string>> => {
  const index = Index.decode(content);
  if (isLeft(index)) return left(problemsFault(where, 'an index of shards', index.left));
  const shards = Object.entries(index.right.weight_map);
  const others = [...new Set(shards.flatMap(([, path]) => (isTensors(path) ? [] : [path])))];
  const [pickle, ...pickles] = others.filter(isPickle).map(placed);
  if (pickle !== undefined) return left(pickleFault(pickle, ...pickles));
  return shards.length > 0 && others.length === 0
    ? right(new Map(shards.map(([name, path]) => [name, placed(path)])))
    : left(fault('Decode', where, [shards.length === 0 ? 'an empty weight_map' : `${others.map((path) => JSON.stringify(path)).join(', ')} in weight_map`], 'an index whose weight_map names the .safetensors file of each weight'));
};
