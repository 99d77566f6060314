/**
 * A hub on the loopback: the routes, redirects and headers of https://huggingface.co that the library's calls meet.
 * Large files are redirected to a second server, as the hub redirects to its storage; ranges are served; what goes wrong is set by the test.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Repository {
  /** commit of each branch and tag; a commit is known by itself */
  readonly refs: { readonly [name: string]: string };
  readonly files: { readonly [path: string]: Uint8Array };
  readonly gated?: boolean;
  /** the only token that may read it */
  readonly token?: string;
}

/** What goes wrong; it may be changed between requests. */
export interface Trouble {
  /** the body of a file breaks off after this many bytes, so many times */
  cut?: { after: number; times: number };
  /** the body of a file stands still after this many bytes */
  hang?: { after: number };
  /** every request is refused so */
  status?: { code: number; headers?: Record<string, string> };
  /** the tree lists this many bytes more than there are */
  listedExtra?: number;
  /** bodies of large files are changed, not their length */
  flipped?: boolean;
  /** ranges are ignored, as by a poor mirror */
  noRanges?: boolean;
  /** a listed path, as a hostile server might send */
  path?: string;
  /** the commit that is told */
  commit?: string;
}

export interface Request {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** Files of this many bytes and more are large: told by their sha-256 and kept elsewhere. */
const large = 1000;

const etag = (bytes: Uint8Array): string => (bytes.length >= large ? createHash('sha256').update(bytes) : createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes)).digest('hex');

const listen = async (listener: RequestListener) => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}`, close: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))) };
};

export const hub = async (repositories: { readonly [id: string]: Repository }) => {
  const requests: Request[] = [];
  const trouble: Trouble = {};

  const note = (host: Request['host'], { method = '', url = '', headers }: IncomingMessage) => requests.push({ host, method, url, authorization: headers.authorization, range: headers.range });
  const json = (response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}) => response.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));

  const body = (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array, headers: Record<string, string>) => {
    const content = trouble.flipped === true && bytes.length >= large ? bytes.map((b, i) => (i === 500 ? b ^ 1 : b)) : bytes;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const ranged = first !== undefined && (trouble.noRanges !== true || last === '0');
    const from = ranged ? Number(first) : 0;
    const to = ranged && last !== undefined && last !== '' ? Math.min(Number(last) + 1, content.length) : content.length;
    response.writeHead(ranged ? 206 : 200, { ...headers, 'Content-Length': String(to - from), 'Accept-Ranges': 'bytes', ...(ranged ? { 'Content-Range': `bytes ${from}-${to - 1}/${content.length}` } : {}) });
    if (request.method === 'HEAD') return response.end();
    const { cut } = trouble;
    if (cut !== undefined && cut.times > 0 && to - from > cut.after) {
      cut.times--;
      return response.write(content.subarray(from, from + cut.after), () => setTimeout(() => response.destroy(), 20));
    }
    const { hang } = trouble;
    if (hang !== undefined && to - from > hang.after) return response.write(content.subarray(from, from + hang.after));
    return response.end(content.subarray(from, to));
  };

  const storage = await listen((request, response) => {
    note('storage', request);
    const wanted = (request.url ?? '').slice(1);
    const bytes = Object.values(repositories).flatMap(({ files }) => Object.values(files)).find((content) => etag(content) === wanted);
    if (bytes === undefined) response.writeHead(404).end();
    else body(request, response, bytes, { ETag: '"storage-has-another-tag"' });
  });

  const served = await listen((request, response) => {
    note('hub', request);
    if (trouble.status !== undefined) return void json(response, trouble.status.code, { error: 'the test says no' }, trouble.status.headers);
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const [, api, id = '', verb, revision = '', path = ''] = /^(\/api\/models)?\/([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
    const repository = repositories[id];
    if (repository === undefined || verb === undefined || (api === undefined) !== (verb === 'resolve')) return void json(response, 401, { error: 'Invalid username or password.' }, { 'X-Error-Code': 'RepoNotFound' });
    if (repository.token !== undefined && request.headers.authorization !== `Bearer ${repository.token}`) return void json(response, 401, { error: 'Repository Not Found' }, { 'X-Error-Code': 'RepoNotFound' });
    const name = decodeURIComponent(revision);
    const commit = repository.refs[name] ?? Object.values(repository.refs).find((one) => one === name);
    if (commit === undefined) return void json(response, 404, { error: `Invalid rev id: ${name}` }, { 'X-Error-Code': 'RevisionNotFound' });
    if (verb === 'revision') return void json(response, 200, { _id: '1', id, private: false, gated: false, downloads: 0, likes: 0, lastModified: '2026-01-01T00:00:00.000Z', sha: trouble.commit ?? commit });
    const { files } = repository;
    if (verb === 'tree') {
      const folder = path === '' ? '' : `${path}/`;
      const inside = Object.entries(files).filter(([file]) => file.startsWith(folder) && !file.slice(folder.length).includes('/'));
      if (path !== '' && inside.length === 0) return void json(response, 404, { error: 'no such folder' }, { 'X-Error-Code': 'EntryNotFound' });
      const entries = inside.map(([file, bytes]) => {
        const size = bytes.length + (trouble.listedExtra ?? 0);
        return { type: 'file', path: trouble.path ?? file, size, oid: etag(bytes).slice(0, 40), ...(bytes.length >= large ? { lfs: { oid: etag(bytes), size, pointerSize: 134 }, xetHash: 'f'.repeat(64) } : {}) };
      });
      return void json(response, 200, [{ type: 'directory', path: 'onnx', size: 0, oid: '0'.repeat(40) }, ...entries]);
    }
    if (repository.gated === true) return void json(response, 403, { error: `Access to model ${id} is restricted and you are not in the authorized list. Visit the page to ask for access.` }, { 'X-Error-Code': 'GatedRepo' });
    const bytes = files[decodeURIComponent(path)];
    if (bytes === undefined) return void json(response, 404, { error: 'Entry not found' }, { 'X-Error-Code': 'EntryNotFound' });
    if (bytes.length < large) return void body(request, response, bytes, { ETag: `"${etag(bytes)}"`, 'X-Repo-Commit': commit });
    response.writeHead(302, { Location: `${storage.url}/${etag(bytes)}`, 'X-Linked-ETag': `"${etag(bytes)}"`, 'X-Linked-Size': String(bytes.length), 'X-Repo-Commit': commit }).end();
  });

  return { url: served.url, requests, trouble, close: async () => void (await Promise.all([served.close(), storage.close()])) };
};
