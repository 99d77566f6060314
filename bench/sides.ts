/**
 * Sides: who takes part, by name: how each is started, and whether it can be here.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from './process.ts';

export interface SideInfo {
  /** as in the tables */
  readonly label: string;
  readonly ours: boolean;
  /** what is missing here, if anything */
  readonly absent: () => string | undefined;
  /** built: the folder of compiled sources; root: the repository */
  readonly command: (built: string, root: string) => Command;
}

const require = createRequire(import.meta.url);
const missing = (...packages: readonly string[]) => (): string | undefined => {
  const lost = packages.filter((name) => {
    try {
      require.resolve(name);
      return false;
    } catch {
      return !existsSync(join(process.cwd(), 'node_modules', name, 'package.json'));
    }
  });
  return lost.length === 0 ? undefined : `needs the package ${lost.join(', ')}`;
};

const node = (file: string, ...args: readonly string[]) => (built: string): Command => ({ program: process.execPath, args: [join(built, 'bench', 'sides', `${file}.js`), ...args], env: {} });
const ours = (engine: string, ...packages: readonly string[]): SideInfo => ({ label: `molt, ${engine}`, ours: true, absent: missing(...packages), command: node('molt', engine) });

const python = (label: string, env: Readonly<Record<string, string>>): SideInfo => ({
  label, ours: false,
  absent: () => (process.env['MOLT_PYTHON'] === undefined ? 'set MOLT_PYTHON to a Python that has torch' : undefined),
  command: (_, root) => ({ program: process.env['MOLT_PYTHON'] ?? 'python3', args: [join(root, 'bench', 'peers', 'pytorch_molt.py')], env }),
});

export const sides = {
  'ort-node': ours('ort-node', 'onnxruntime-node', 'koffi'),
  'ort-web': ours('ort-web', 'onnxruntime-web'),
  'tfjs-wasm': ours('tfjs-wasm', '@tensorflow/tfjs-backend-wasm'),
  pytorch: python('PyTorch eager', {}),
  'pytorch-loop': python('PyTorch eager, AdamW as it comes', { MOLT_BENCH_ADAMW: 'loop' }),
  'pytorch-sdpa': python('PyTorch eager, fused attention', { MOLT_BENCH_ATTENTION: 'sdpa' }),
  'tfjs-hand': { label: 'tfjs-wasm by hand', ours: false, absent: missing('@tensorflow/tfjs-backend-wasm'), command: node('tfjs') },
  'jax-js': { label: 'jax-js', ours: false, absent: missing('@jax-js/jax'), command: node('jax') },
} as const satisfies { readonly [name: string]: SideInfo };

export type SideName = keyof typeof sides;
export const isSide = (name: string): name is SideName => Object.hasOwn(sides, name);
export const sideNames: readonly SideName[] = Object.keys(sides).filter(isSide);
