/**
 * Cache: the folders of Python's huggingface_hub, so that a file is fetched once for both.
 * idea:  `models--org--name/refs/main` holds a commit, `snapshots/<commit>/path` is a link to `blobs/<etag>`.
 * laws:  test/molt/weights/hub/hub.test.ts: what was fetched is found without a network
 * source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
import { copyFile, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { readJson, readText } from '../../io/files.ts';
import { codeOf, writeFault } from '../../io/system.ts';
import { isIndex } from '../shards.ts';
import { shardsOf, weightsAmong } from './choice.ts';
import type { Settings } from './environment.ts';
import { isCommit, type Place, placeText } from './place.ts';

/** The folder of a repository. */
const repositoryFolder = ({ cache }: Settings, { repository }: Place): string => join(cache, ['models', ...repository.split('/')].join('--'));
export const blobPath = (settings: Settings, place: Place, etag: string): string => join(repositoryFolder(settings, place), 'blobs', etag);
export const snapshotPath = (settings: Settings, place: Place, commit: string, path = ''): string => join(repositoryFolder(settings, place), 'snapshots', commit, path);
export const refPath = (settings: Settings, place: Place): string => join(repositoryFolder(settings, place), 'refs', place.revision);

/** Bytes of a file, through links; undefined where there is none. */
export const sizeOf = (path: string): Promise<number | undefined> => stat(path).then((s) => (s.isFile() ? s.size : undefined), () => undefined);

/** The commit that a revision was at when it was last asked for. */
const knownCommit = async (settings: Settings, place: Place): Promise<string | undefined> => {
  if (isCommit(place.revision)) return place.revision;
  const text = await readText(refPath(settings, place))();
  return isLeft(text) || !isCommit(text.right.trim()) ? undefined : text.right.trim();
};

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

const absent = (settings: Settings, place: Place, given: string): Fault =>
  fault('Name', placeText(place), [`${given}, in ${repositoryFolder(settings, place)}`], 'weights that were fetched before', settings.offline ? 'unset HF_HUB_OFFLINE once to fetch them' : 'fetch them while there is a network');

/** An index counts only with all its shards. */
const complete = async (settings: Settings, place: Place, commit: string, path: string): Promise<Either<Fault, string>> => {
  const found = snapshotPath(settings, place, commit, path);
  if (!isIndex(path)) return right(found);
  const content = await readJson(found)();
  const shards = isLeft(content) ? content : shardsOf(found, path, content.right);
  if (isLeft(shards)) return shards;
  const sizes = await Promise.all(shards.right.map((shard) => sizeOf(snapshotPath(settings, place, commit, shard))));
  const lacking = shards.right.filter((_, i) => sizes[i] === undefined);
  return lacking.length === 0 ? right(found) : left(absent(settings, place, `not all shards: ${lacking.join(', ')} lacking`));
};

/** The weights of a place without any network. errors: Name where they were not fetched, Decode for a damaged index */
export const cached =
  (settings: Settings, place: Place): TaskEither<Fault, string> =>
  async () => {
    const commit = await knownCommit(settings, place);
    if (commit === undefined) return left(absent(settings, place, `no revision ${place.revision}`));
    const folder = place.file === undefined ? '' : dirname(place.file);
    const names = (await namesIn(snapshotPath(settings, place, commit, folder))).map((name) => (folder === '' || folder === '.' ? name : `${folder}/${name}`));
    const there = await Promise.all(names.map(async (name) => ((await sizeOf(snapshotPath(settings, place, commit, name))) === undefined ? [] : [name])));
    const path = weightsAmong(place, there.flat());
    if (isLeft(path)) return path.left._tag === 'Name' ? left(absent(settings, place, `no ${place.file ?? 'model.safetensors'} of ${commit.slice(0, 8)}`)) : path;
    return complete(settings, place, commit, path.right);
  };

/** The snapshot's name of a blob: a link, or a copy where links cannot be made (Windows). It appears whole. errors: Storage */
export const point =
  (blob: string, pointer: string): TaskEither<Fault, void> =>
  async () => {
    const temporary = `${pointer}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await mkdir(dirname(pointer), { recursive: true });
      await symlink(relative(dirname(pointer), blob), temporary).catch((thrown: unknown) => {
        if (!['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EINVAL'].includes(codeOf(thrown))) throw thrown;
        return copyFile(blob, temporary);
      });
      await rename(temporary, pointer);
      return right(undefined);
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined);
      return left(writeFault(pointer, 'a link to the blob', thrown));
    }
  };
