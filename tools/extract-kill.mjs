/**
 * `node tools/extract-kill.mjs`: what `molt extract` promises, on synthetic clips: killed at random moments and started again it leaves the store of an
 * undisturbed run, byte for byte; a flipped byte is found, named and repaired; two runs side by side share the work; and how fast it is.
 * idea:  everything through the command line, as a user has it; each kill is a SIGKILL, after which nothing can be tidied up.
 * usage: [--clips N] default 200  [--kills N] default 20  [--seed S] default 1  [--workers N] of the killed runs, default 2  [--turns N] of the speed
 *        measurement, default 2  [--backbone NAME … --weights W …] default the tiny trunks  [--ffmpeg PATH]  [--folder DIR] kept, default a temporary one
 *        [--molt PATH] default molt/cli/molt.mjs  [--flag=--FLAG …] further flags of `molt extract`
 * exit:  0 all held, 1 something did not, 2 usage
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ensureCompiled } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);

/** 0 … 1, the same for the same seed. source: mulberry32 */
const dice = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const ffmpegOf = async (asked) => {
  const given = asked ?? process.env.MOLT_FFMPEG;
  if (given !== undefined) return given;
  try {
    return (await import('@ffmpeg-installer/ffmpeg')).default.path;
  } catch {
    return 'ffmpeg';
  }
};

/** Ten seconds, 64 × 64, two frames a second, and a tone: each number another clip. */
const clip = (ffmpeg, path, i) =>
  run(ffmpeg, ['-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=64x64:rate=2:duration=10,hue=h=${(i * 37) % 360}:s=${1 + (i % 5)}`,
    '-f', 'lavfi', '-i', `sine=frequency=${150 + 11 * i}:sample_rate=16000:duration=10`, '-c:v', 'mpeg4', '-q:v', '5', '-c:a', 'aac', '-shortest', path]);

const inParallel = async (count, work) => {
  let next = 0;
  const serve = async () => { while (next < count) await work(next++); };
  await Promise.all(Array.from({ length: availableParallelism() }, serve));
};

const makeClips = async (ffmpeg, folder, count) => {
  mkdirSync(folder, { recursive: true });
  await inParallel(count, (i) => clip(ffmpeg, join(folder, `clip${i}.mp4`), i));
  const items = Array.from({ length: count }, (_, i) => ({ id: `clip${i}`, video: `clip${i}.mp4`, labels: Array.from({ length: 10 }, () => i % 4), split: ['train', 'train', 'val', 'test'][i % 4] }));
  const manifest = join(folder, 'manifest.json');
  writeFileSync(manifest, JSON.stringify({ schemaVersion: 1, setting: 'ave', classes: ['a', 'b', 'c', 'none'], items }));
  return manifest;
};

const filesOf = (folder) =>
  new Map(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted()
    .map((path) => [path.slice(folder.length + 1), readFileSync(path)]));

/** What differs between two folders; nothing if they are equal, byte for byte. */
const differences = (one, other) => {
  const [a, b] = [filesOf(one), filesOf(other)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names.flatMap((name) => {
    const [x, y] = [a.get(name), b.get(name)];
    return x === undefined ? [`surplus ${name}`] : y === undefined ? [`missing ${name}`] : x.equals(y) ? [] : [`other bytes in ${name}`];
  });
};

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const options = {
  clips: { type: 'string', default: '200' }, kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' }, workers: { type: 'string', default: '2' },
  turns: { type: 'string', default: '2' }, backbone: { type: 'string', multiple: true }, weights: { type: 'string', multiple: true }, ffmpeg: { type: 'string' },
  folder: { type: 'string' }, molt: { type: 'string' }, flag: { type: 'string', multiple: true },
};

const main = async () => {
  const { values } = parseArgs({ options });
  const [clips, kills, seed, workers, turns] = [values.clips, values.kills, values.seed, values.workers, values.turns].map(Number);
  if (![clips, kills, seed, workers, turns].every((n) => Number.isInteger(n) && n >= 0) || clips < 1 || workers < 1) {
    console.error('usage: extract-kill [--clips N] [--kills N] [--seed S] [--workers N] [--turns N] [--backbone NAME … --weights W …] [--ffmpeg PATH] [--folder DIR] [--molt PATH]');
    return 2;
  }
  if (values.molt === undefined) {
    const { ok, text } = ensureCompiled(root, () => console.error('compiling…'));
    if (!ok) {
      console.error(text);
      return 1;
    }
  }
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'molt-extract-kill-'));
  const at = (name) => join(folder, name);
  const failures = [];
  const must = (what, held, detail = '') => {
    console.log(`${held ? 'ok  ' : 'FAIL'}  ${what}${held || detail === '' ? '' : `: ${detail}`}`);
    if (!held) failures.push(what);
  };
  const ffmpeg = await ffmpegOf(values.ffmpeg);
  const backbones = values.backbone ?? ['swinv2-tiny64', 'htsat-tiny64'];
  const launcher = values.molt ?? join(root, 'molt', 'cli', 'molt.mjs');
  const start = (args) => spawn(process.execPath, [launcher, 'extract', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const extract = (manifest, store, threads) => start([
    manifest, '--store', store, '--workers', String(threads), '--ffmpeg', ffmpeg, '--json', ...(values.flag ?? []),
    ...backbones.flatMap((name) => ['--backbone', name]), ...(values.weights ?? []).flatMap((path) => ['--weights', path]),
  ]);
  const ended = async (child) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => { out += data; });
    child.stderr.on('data', (data) => { err += data; });
    const [code] = await once(child, 'close');
    return { code, out, err };
  };
  /** Runs to its end; gives the summary. */
  const finish = async (manifest, store, threads) => {
    const since = performance.now();
    const { code, out, err } = await ended(extract(manifest, store, threads));
    if (code !== 0) throw new Error(`molt extract ended with ${code}: ${err}${out}`);
    return { summary: JSON.parse(out), milliseconds: performance.now() - since };
  };
  try {
    let since = performance.now();
    const manifest = await makeClips(ffmpeg, at('data'), clips);
    console.log(`${clips} clips made in ${((performance.now() - since) / 1000).toFixed(1)} s`);

    const undisturbed = await finish(manifest, at('undisturbed'), workers);
    console.log(`undisturbed: ${(undisturbed.milliseconds / 1000).toFixed(1)} s, ${undisturbed.summary.items.done} items`);

    // killed at random moments of its life: from its start to about a quarter of the whole work
    const random = dice(seed);
    since = performance.now();
    const shards = [];
    let [killed, stores] = [0, 1];
    const check = (store) => {
      const different = differences(at('undisturbed'), at(store));
      must(`${store}: equal to the undisturbed store, byte for byte`, different.length === 0, different.slice(0, 5).join(', '));
    };
    while (killed < kills) {
      const child = extract(manifest, at(`killed${stores}`), workers);
      const end = once(child, 'close');
      child.stdout.resume();
      child.stderr.resume();
      const finished = await Promise.race([end.then(() => true), sleep(random() * Math.max(1500, undisturbed.milliseconds / 4)).then(() => false)]);
      if (finished) {
        check(`killed${stores}`); // it was done before it could be killed: the next store
        stores += 1;
        continue;
      }
      child.kill('SIGKILL');
      await end;
      killed += 1;
      shards.push([...(() => { try { return filesOf(at(`killed${stores}`)).keys(); } catch { return []; } })()].filter((name) => name.endsWith('.safetensors')).length);
    }
    await finish(manifest, at(`killed${stores}`), workers);
    console.log(`${killed} kills in ${((performance.now() - since) / 1000).toFixed(1)} s; shards after each: ${shards.join(' ')}`);
    check(`killed${stores}`);

    // two at once
    const both = await Promise.all([finish(manifest, at('shared'), 1), finish(manifest, at('shared'), 1)]);
    console.log(`two processes on one store: ${both.map(({ summary }) => summary.items.done).join(' and ')} items`);
    check('shared');

    // a flipped byte
    const files = [...filesOf(at('shared')).keys()].filter((name) => name.endsWith('.safetensors'));
    const victim = files[Math.floor(random() * files.length)];
    const bytes = readFileSync(join(at('shared'), victim));
    bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
    writeFileSync(join(at('shared'), victim), bytes);
    const found = await ended(start(['--verify', '--store', at('shared'), '--quiet']));
    must('a flipped byte is found, and its shard is named', found.code === 1 && found.out.includes(victim), found.out + found.err);
    console.log(found.out.trim().split('\n')[0]);
    await ended(start(['--verify', '--repair', '--store', at('shared'), '--quiet']));
    await finish(manifest, at('shared'), 1);
    const aside = differences(at('undisturbed'), at('shared')).filter((text) => !text.includes('quarantine'));
    must('repaired and extracted again: equal to the undisturbed store but for what was moved aside', aside.length === 0, aside.slice(0, 5).join(', '));

    // speed
    const measured = { 1: [], 2: [] };
    for (let turn = 0; turn < turns; turn += 1) for (const threads of [1, 2]) {
      const { summary } = await finish(manifest, at('speed'), threads);
      measured[threads].push(summary);
      rmSync(at('speed'), { recursive: true });
    }
    for (const [threads, summaries] of Object.entries(measured)) {
      if (summaries.length === 0) continue;
      const of = (key) => median(summaries.map(key));
      const share = (name) => `${(100 * of(({ shares }) => shares[name])).toFixed(0)} %`;
      console.log(`${threads} ${threads === '1' ? 'worker' : 'workers'}: ${of((s) => s.itemsPerSecond).toFixed(2)} items/s; backbone ${share('backbone')}, waiting for decoders ${share('waiting')}, writing ${share('writing')}, hashing ${share('hashing')}`);
    }
    if (turns > 0) console.log(`2 workers : 1 = ${(median(measured[2].map((s) => s.itemsPerSecond)) / median(measured[1].map((s) => s.itemsPerSecond))).toFixed(2)}`);
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
  console.log(failures.length === 0 ? 'all held' : `${failures.length} did not hold`);
  return failures.length === 0 ? 0 : 1;
};

process.exitCode = await main();
