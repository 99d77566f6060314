/**
 * Environment: the variables of Python's huggingface_hub, read as it reads them.
 * idea:  whoever has set up Python's cache, token or mirror has set up ours too.
 * source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
import { join, resolve } from 'node:path';
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { readText } from '../../io/files.ts';

export type Variables = { readonly [name: string]: string | undefined };

/** How far a file has come, in bytes. */
export interface Arrival {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** The world as the hub's client sees it. */
export interface HubPorts {
  readonly fetch: typeof globalThis.fetch;
  readonly env: Variables;
  /** the user's home folder */
  readonly home: string;
  /** called for every piece that arrives */
  readonly progress?: (arrival: Arrival) => void;
  /** told when the network fails and the cache serves */
  readonly note?: (text: string) => void;
}

export interface Settings {
  /** without a slash at the end */
  readonly endpoint: string;
  /** folder of the cache, which holds `models--org--name` */
  readonly cache: string;
  readonly offline: boolean;
  readonly token: string | undefined;
}

/** A variable that is set and not empty. */
const given = (env: Variables, ...names: readonly string[]): string | undefined => names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');

const isOn = (value: string | undefined): boolean => ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '');

const expanded = (home: string, path: string): string => resolve(path.replace(/^~(?=\/|$)/, home));

const endpointOf = (env: Variables): Either<Fault, string> => {
  const text = (given(env, 'HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, '');
  return URL.canParse(text) && /^https?:/.test(text) ? right(text) : left(fault('Usage', 'HF_ENDPOINT', [text], 'the address of a hub', 'unset HF_ENDPOINT for https://huggingface.co'));
};

/** No file is no token; the token itself is never shown. */
const tokenOf = async (env: Variables, folder: string): Promise<Either<Fault, string | undefined>> => {
  const where = given(env, 'HF_TOKEN') !== undefined ? 'HF_TOKEN' : given(env, 'HUGGING_FACE_HUB_TOKEN') !== undefined ? 'HUGGING_FACE_HUB_TOKEN' : (given(env, 'HF_TOKEN_PATH') ?? join(folder, 'token'));
  const direct = given(env, 'HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN');
  if (direct === undefined && isOn(given(env, 'HF_HUB_DISABLE_IMPLICIT_TOKEN'))) return right(undefined);
  const read = direct === undefined ? await readText(where)() : right(direct);
  if (isLeft(read)) return read.left._tag === 'Name' ? right(undefined) : read;
  const token = read.right.trim();
  if (token === '') return right(undefined);
  return /^hf_\w+$/.test(token) ? right(token) : left(fault('Usage', where, ['a text that is no token of the hub (it is not shown here)'], 'a token, which begins with hf_', 'https://huggingface.co/settings/tokens makes one'));
};

/** errors: Usage for an address or a token that is none; Storage where the token's file cannot be read */
export const settingsOf =
  ({ env, home }: HubPorts): TaskEither<Fault, Settings> =>
  async () => {
    const folder = expanded(home, given(env, 'HF_HOME') ?? join(given(env, 'XDG_CACHE_HOME') ?? '~/.cache', 'huggingface'));
    const cache = expanded(home, given(env, 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE') ?? join(folder, 'hub'));
    const offline = isOn(given(env, 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'));
    const endpoint = endpointOf(env);
    if (isLeft(endpoint)) return endpoint;
    const token = offline ? right(undefined) : await tokenOf(env, folder);
    return map((found: string | undefined) => ({ endpoint: endpoint.right, cache, offline, token: found }))(token);
  };
