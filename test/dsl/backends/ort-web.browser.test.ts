/** ONNX Runtime's WebAssembly engine in a page: it bundles without Node, and runs in Chromium where there is one, with and without threads. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { root } from '../../repo/tree.ts';

const browser = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))).find((path) => existsSync(path));

const bundled = async (contents: string, platform: 'browser' | 'node'): Promise<{ readonly code: string; readonly outside: readonly string[] }> => {
  const { outputFiles, metafile } = await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, absWorkingDir: root, bundle: true, write: false, platform, format: 'esm', metafile: true, logLevel: 'silent', ...(platform === 'node' ? { packages: 'external' as const } : {}) });
  return { code: outputFiles[0]?.text ?? '', outside: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)) };
};

/** softmax(x·w) of a row, and the neg of it, on as many threads as there are; `say` gets the numbers. */
const program = (options: string, say: string): string => `
  import { ortWeb } from './dsl/backends/ort/web/index.ts';
  import { inputNode, parameterNode, nodes, node, planOf } from './dsl/index.ts';
  const main = async () => {
    const backend = await ortWeb(${options})();
    if (backend._tag === 'Left') return { fault: backend.left };
    const y = node('softmax', {}, [nodes.einsum([[0, 1], [1, 2]], [0, 2], [inputNode('x', [1, 2]), parameterNode('w', [2, 2])])]);
    const compiled = await backend.right.compile(planOf([y, nodes.map('neg', y)]), new Map([['w', { dtype: 'f32', sizes: [2, 2], data: Float32Array.of(0, 1, 0, 1) }]]))();
    if (compiled._tag === 'Left') return { fault: compiled.left };
    const values = await compiled.right.run({ inputs: new Map([['x', { dtype: 'f32', sizes: [1, 2], data: Float32Array.of(Math.log(2), Math.log(1.5)) }]]), parameters: new Map() })();
    compiled.right.dispose();
    return values._tag === 'Left' ? { fault: values.left } : { values: values.right.map(({ data }) => [...data].map((n) => n.toFixed(4))) };
  };
  main().catch((thrown) => ({ thrown: String(thrown) })).then(${say});
`;
const answer = { values: [['0.2500', '0.7500'], ['-0.2500', '-0.7500']] };

test('it bundles for a browser, whole and without Node', async () => {
  const { outside } = await bundled("export * from './dsl/backends/ort/web/index.ts'; export * from './dsl/index.ts';", 'browser');
  expect(outside).toEqual([]);
});

const body = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
};

/** What the page says, once it is open. */
const inPage = async (path: string, isolated: boolean): Promise<unknown> => {
  const { code } = await bundled(program("{ threads: 2, wasmPaths: '/ort/' }", "(found) => fetch('/said', { method: 'POST', body: JSON.stringify({ ...found, isolated: crossOriginIsolated }) })"), 'browser');
  const profile = await mkdtemp(join(tmpdir(), 'molt-chromium-'));
  const files = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm').replace(/[^/\\]*$/, '');
  const types = { mjs: 'text/javascript', wasm: 'application/wasm', html: 'text/html' } as const;
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const send = (type: keyof typeof types, data: string | Buffer): void => void response.writeHead(200, { 'content-type': types[type], ...(isolated ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } : {}) }).end(data);
      const url = request.url ?? '/';
      if (url === '/said') void body(request).then((said) => { response.end(); finish(); resolve(JSON.parse(said)); }, reject);
      else if (url === '/page.mjs') send('mjs', code);
      else if (url.startsWith('/ort/')) void readFile(files + url.slice(5)).then((data) => send(url.endsWith('.wasm') ? 'wasm' : 'mjs', data), reject);
      else send('html', '<!doctype html><script type="module" src="/page.mjs"></script>');
    });
    const late = setTimeout(() => { finish(); reject(new Error('the page said nothing for 50 s')); }, 50_000);
    const finish = (): void => {
      clearTimeout(late);
      page?.kill();
      server.close();
      server.closeAllConnections();
    };
    let page: ReturnType<typeof spawn> | undefined;
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      page = spawn(path, ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, `http://localhost:${address === null || typeof address === 'string' ? 0 : address.port}/`], { stdio: 'ignore' });
      page.on('error', reject);
      page.on('exit', () => void rm(profile, { recursive: true, force: true, maxRetries: 3 }));
    });
  });
};

test.skipIf(browser === undefined).each([true, false])('it runs in Chromium, cross-origin isolated: %s', async (isolated) => {
  expect(await inPage(browser ?? '', isolated)).toEqual({ ...answer, isolated });
});

test('its threads let a process of Node end', async () => {
  const { code } = await bundled(program('{ threads: 2 }', '(found) => console.log(JSON.stringify(found))'), 'node');
  const folder = await mkdtemp(join(root, 'node_modules', '.ort-web-'));
  try {
    await writeFile(join(folder, 'main.mjs'), code);
    const said = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')], { timeout: 50_000 });
    expect(said).toEqual({ stdout: `${JSON.stringify(answer)}\n`, stderr: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
