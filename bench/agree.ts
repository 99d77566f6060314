/**
 * Agree: does a whole trunk give, at every block, what PyTorch gives from the same weights?
 * idea:  Python draws weights under the published names into a temporary folder and runs the trunk; we load that file, run on an engine, and
 *        compare every block. Nothing of it is kept: Swin-V2-L alone is 781 MB.
 * not:   time (main.ts).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Value } from '../dsl/index.ts';
import { type BackboneConfig, backboneConfigs } from '../molt/backbones/config.ts';
import { readSafetensors } from '../molt/io/safetensors.ts';
import { engine } from '../molt/train/engine.ts';
import { loadWeights } from '../molt/weights/index.ts';
import { held } from './held.ts';
import type { TrunkJob } from './protocol.ts';
import { memoryNow } from './serve.ts';
import { trunkPlan } from './trunk.ts';

/** Greatest difference allowed, beside the greatest magnitude of the block. */
const tolerance = 1e-3;

/** max |a − b| / max |b|; a number that is none is infinitely far */
const difference = (a: Value, b: Value | undefined): number => {
  if (b === undefined || a.sizes.join() !== b.sizes.join()) return Number.POSITIVE_INFINITY;
  let [most, largest] = [0, 0];
  for (let i = 0; i < b.data.length; i += 1) {
    const y = b.data[i] ?? Number.NaN;
    const d = Math.abs((a.data[i] ?? Number.NaN) - y);
    if (Number.isNaN(d)) return Number.POSITIVE_INFINITY;
    most = Math.max(most, d);
    largest = Math.max(largest, Math.abs(y));
  }
  return most / Math.max(largest, Number.MIN_VALUE);
};

interface Asked {
  readonly python: string;
  readonly root: string;
  readonly engine: string;
  readonly batch: number;
  readonly seed: number;
}

/** Python's files, and our run on them: the greatest difference of each stage. */
const compared = async (name: string, config: BackboneConfig, folder: string, { python, root, engine: engineName, batch, seed }: Asked): Promise<number> => {
  const at = (file: string): string => join(folder, `${name}.${file}`);
  const call = (...words: readonly string[]): void => {
    const { status, stderr } = spawnSync(python, [join(root, 'bench', 'peers', 'pytorch_backbones.py'), ...words], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`python ${words[0] ?? ''}: ${stderr}`);
  };
  writeFileSync(at('json'), JSON.stringify(config));
  call('write', at('json'), String(seed), at('weights.safetensors'));
  call('input', at('json'), String(batch), String(seed + 1), at('input.safetensors'));
  call('taps', at('json'), at('weights.safetensors'), at('input.safetensors'), at('taps.safetensors'));
  const inputs = held(await readSafetensors(at('input.safetensors'))()).tensors;
  const frames = config.kind === 'swinv2' ? null : (inputs.get('logmel')?.sizes[2] ?? null);
  const backend = held(await engine(engineName, {})());
  const job: TrunkJob = { kind: 'trunk', backbone: config, batch, frames, threads: 1, weights: '', inputs: '' };
  const { plan, names, layers } = trunkPlan(job, { kind: 'all' }, backend);
  const { weights, layout } = held(await loadWeights(at('weights.safetensors'), config)());
  const program = held(await backend.compile(plan, weights)());
  const values = held(await program.run({ inputs, parameters: new Map() })());
  const { peak } = memoryNow();
  program.dispose();
  const expected = held(await readSafetensors(at('taps.safetensors'))()).tensors;
  const found = values.map((value, i) => ({ layer: layers[i], difference: difference(value, expected.get(names[i] ?? '')) }));
  const stages = [...new Set(found.map(({ layer }) => layer?.stage ?? 0))];
  process.stdout.write(`${name} on ${engineName}, batch ${batch}, names as ${layout}, ${values.length} blocks; at most ${(peak / 1e6).toFixed(0)} MB resident, weights ${([...weights.values()].reduce((s, w) => s + 4 * w.data.length, 0) / 1e6).toFixed(0)} MB\n`);
  for (const stage of stages) {
    const own = found.filter(({ layer }) => layer?.stage === stage);
    process.stdout.write(`  stage ${stage}: greatest difference ${Math.max(...own.map((f) => f.difference)).toExponential(1)} of the greatest magnitude, over ${own.length} blocks\n`);
  }
  return Math.max(...found.map((f) => f.difference));
};

/** @returns the exit code */
export const main = async (argv: readonly string[], root: string): Promise<number> => {
  const { values: { engine: engineName, batch, seed }, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { engine: { type: 'string', default: 'ort-node' }, batch: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' } } });
  const asked = positionals.length === 0 ? ['swinv2-large-w12-192', 'htsat'] : positionals;
  const known: ReadonlyMap<string, BackboneConfig> = new Map(Object.entries(backboneConfigs));
  const python = process.env['MOLT_PYTHON'];
  const configs = asked.flatMap((name) => { const config = known.get(name); return config === undefined ? [] : [{ name, config }]; });
  if (python === undefined || configs.length < asked.length) {
    process.stderr.write(python === undefined ? 'set MOLT_PYTHON to a Python that has torch\n' : `trunks: ${[...known.keys()].join(', ')}\n`);
    return 2;
  }
  let worst = 0;
  for (const { name, config } of configs) {
    const folder = mkdtempSync(join(tmpdir(), 'molt-agree-'));
    try {
      worst = Math.max(worst, await compared(name, config, folder, { python, root, engine: engineName, batch: Number(batch), seed: Number(seed) }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(worst <= tolerance ? `all within ${tolerance}\n` : `beyond ${tolerance}: ${worst.toExponential(1)}\n`);
  return worst <= tolerance ? 0 : 1;
};
