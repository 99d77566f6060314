/**
 * Answers: a fetch whose refusals are faults that say what to do.
 * idea:  every request of the library passes here, so that no status is lost on its way through a stream.
 * not:   retries; a transfer resumes by itself.
 * source: the hub's headers X-Error-Code and X-Error-Message, as huggingface_hub reads them (`hf_raise_for_status`)
 */
import { fault, MoltError, type Fault } from '../../../shapes/fault.ts';
import { codeOf } from '../../io/system.ts';
import type { Settings } from './environment.ts';
import { type Place, placeText } from './place.ts';

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, 200);

interface Refusal {
  readonly status: number;
  /** `GatedRepo`, `RepoNotFound`, `RevisionNotFound`, `EntryNotFound` */
  readonly code: string;
  readonly message: string;
  readonly retryAfter: string | undefined;
}

const messageOf = async (response: Response): Promise<string> => {
  const header = response.headers.get('X-Error-Message');
  if (header !== null) return oneLine(header);
  const text = await response.text().catch(() => '');
  if (response.headers.get('Content-Type')?.startsWith('application/json') !== true) return '';
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string' ? oneLine(body.error) : '';
  } catch {
    return '';
  }
};

const refusalOf = async (response: Response): Promise<Refusal> => ({
  status: response.status,
  code: response.headers.get('X-Error-Code') ?? '',
  message: await messageOf(response),
  retryAfter: response.headers.get('Retry-After') ?? undefined,
});

/** What is missing, by the hub's word for it. */
const missing = (code: string, { repository, revision, file }: Place): string =>
  code === 'RevisionNotFound' ? `a revision of ${repository}, which has no ${revision}` : code === 'EntryNotFound' ? `a file of ${repository}@${revision}${file === undefined ? '' : `, which has no ${file}`}` : 'a model repository of the hub';

/** A refusal as a fault. */
const refusalFault = (settings: Settings, place: Place, { status, code, message, retryAfter }: Refusal): Fault => {
  const { endpoint, token } = settings;
  const page = `${endpoint}/${place.repository}`;
  const given = [`${endpoint} answers ${status}${code === '' ? '' : ` ${oneLine(code)}`}${message === '' ? '' : `: ${message}`}`];
  const where = placeText(place);
  if (status === 404) return fault('Name', where, given, missing(code, place), `look at ${page}`);
  if (code === 'GatedRepo' || status === 403)
    return fault('Network', where, given, 'access to this repository, which its owners grant', token === undefined ? `ask for access at ${page}, then set HF_TOKEN` : `ask for access at ${page} with the account of this token`);
  if (status === 401)
    return token === undefined
      ? fault('Network', where, given, 'a public repository, or a token', `check the name; if it is private or gated, set HF_TOKEN (${endpoint}/settings/tokens)`)
      : fault('Network', where, given, 'a token that may read this repository', `check the name, and make a new token at ${endpoint}/settings/tokens`);
  if (status === 429)
    return fault('Network', where, given, 'fewer requests', `try again ${retryAfter === undefined ? 'later' : `in ${oneLine(retryAfter)} s`}${token === undefined ? '; with HF_TOKEN more are allowed' : ''}`);
  return fault('Network', where, given, 'a hub that works', 'try again later; what is in the cache is found with HF_HUB_OFFLINE=1');
};

const causeOf = (thrown: unknown): string => {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const text = cause instanceof Error && cause.message !== '' ? cause.message : codeOf(cause);
  return oneLine(text === '' ? String(thrown) : text);
};

/** No answer at all, or one that broke off. A fault in flight passes through. */
export const deadFault = (settings: Settings, place: Place, thrown: unknown): Fault =>
  thrown instanceof MoltError
    ? thrown.fault
    : fault('Network', placeText(place), [`${settings.endpoint}: ${causeOf(thrown)}`], 'a network that reaches the hub', 'try again; a mirror is set by HF_ENDPOINT, and what is in the cache is found with HF_HUB_OFFLINE=1');

/** The same fetch, which throws a fault (as a MoltError) where there is no answer or a refusal; `tell` hears it too. */
export const answered =
  (fetch: typeof globalThis.fetch, settings: Settings, place: Place, tell: (fault: Fault) => void = () => undefined): typeof globalThis.fetch =>
  async (input, init) => {
    const refuse = (found: Fault): never => {
      tell(found);
      throw new MoltError(found);
    };
    const response = await fetch(input, init).catch((thrown: unknown) => refuse(deadFault(settings, place, thrown)));
    return response.ok ? response : refuse(refusalFault(settings, place, await refusalOf(response)));
  };
