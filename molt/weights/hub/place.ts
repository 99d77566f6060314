/**
 * Place: what `hf:org/name[@revision][/file]` names on the hub.
 * idea:  a repository, a revision (a branch, a tag or a commit) and, if given, one file of it; a revision with a slash is written with %2F.
 * not:   data sets and spaces, which hold no weights.
 * source: ids as huggingface_hub checks them (`validate_repo_id`)
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { isTame } from '../shards.ts';

export interface Place {
  /** `org/name` */
  readonly repository: string;
  /** `main` where none was given */
  readonly revision: string;
  /** its path in the repository */
  readonly file: string | undefined;
}

const prefix = 'hf:';

/** Is this a place on the hub rather than a path? */
export const isPlace = (source: string): boolean => source.startsWith(prefix);

/** `hf:org/name@revision/file` */
export const placeText = ({ repository, revision, file }: Place): string => `${prefix}${repository}${revision === 'main' ? '' : `@${revision.replaceAll('/', '%2F')}`}${file === undefined ? '' : `/${file}`}`;

/** A commit, which never changes, rather than a branch or a tag. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

const word = String.raw`[A-Za-z0-9](?:[\w.-]*\w)?`;
const pattern = new RegExp(`^(${word}/${word})(?:@([^/@]+))?(?:/(.+))?$`);

const revisionOf = (text: string): string | undefined => {
  try {
    const revision = decodeURIComponent(text);
    return isTame(revision) ? revision : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The place that a text names, with or without `hf:`.
 * errors: Usage
 */
export const placeOf = (text: string): Either<Fault, Place> => {
  const bare = isPlace(text) ? text.slice(prefix.length) : text;
  const [, repository = '', asked = 'main', file] = pattern.exec(bare) ?? [];
  const revision = revisionOf(asked);
  const refused = repository === '' || repository.length > 96 || /--|\.\./.test(repository) || revision === undefined || (file !== undefined && !isTame(file));
  return refused
    ? left(fault('Usage', 'hub', [text], 'hf:org/name, hf:org/name@revision or hf:org/name@revision/path/of/file', 'a revision with a slash is written with %2F: hf:org/name@refs%2Fpr%2F1'))
    : right({ repository, revision: revision ?? 'main', file });
};
