/** Golden trunks: a case's configuration, weights, input and outputs, and how a trunk is run on a backend and compared. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Backend, Value } from '../../../dsl/backend.ts';
import { frozen, input, instantiate, planOf, rearrange, unwrap } from '../../../dsl/index.ts';
import { decode } from '../../../dsl/safetensors/index.ts';
import type { BackboneConfig } from '../../../molt/backbones/config.ts';
import { htsat } from '../../../molt/backbones/htsat.ts';
import { swinV2 } from '../../../molt/backbones/swinv2.ts';
import type { Taps } from '../../../molt/backbones/taps.ts';
import { printFault } from '../../../shapes/fault.ts';
import { dim } from '../../../shapes/index.ts';

export const orFail = <A>(result: E.Either<Parameters<typeof printFault>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(printFault(result.left));
  return result.right;
};

const folder = (name: string): string => fileURLToPath(new URL(`../../golden/backbones/${name}/`, import.meta.url));
const tensors = (name: string, file: string): ReadonlyMap<string, Value> => orFail(decode(file, readFileSync(`${folder(name)}${file}.safetensors`))).tensors;

export interface Golden {
  readonly config: BackboneConfig;
  readonly weights: ReadonlyMap<string, Value>;
  readonly input: ReadonlyMap<string, Value>;
  readonly output: ReadonlyMap<string, Value>;
}
export const golden = (name: string): Golden => ({
  config: JSON.parse(readFileSync(`${folder(name)}config.json`, 'utf8')) as BackboneConfig,
  weights: tensors(name, 'weights'), input: tensors(name, 'input'), output: tensors(name, 'output'),
});

export const valueOf = (values: ReadonlyMap<string, Value>, name: string): Value => {
  const value = values.get(name);
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
};

/** Patches, every tap and the final norm by their golden names. */
export const rootsOf = (taps: Taps<'B'>): ReadonlyMap<string, ReturnType<typeof unwrap>> =>
  new Map([['patches', unwrap(taps.patches)], ...taps.blocks.map((t) => [`taps.${t.stage}.${t.block}`, unwrap(t.value)] as const), ['norm', unwrap(taps.normed)]]);

/** The trunk of a case over inputs as golden files have them. */
export const tapsOf = (config: BackboneConfig, x: Value): Taps<'B'> => {
  const b = dim('B', x.sizes[0] ?? 0);
  if (config.kind === 'swinv2') return instantiate(frozen(swinV2(config)))(rearrange('b i r c -> b r c i')(input('x', b, dim(3), dim('S', x.sizes[2] ?? 0), dim('S', x.sizes[3] ?? 0))));
  return instantiate(frozen(htsat(config)))(input('x', b, dim('T', x.sizes[2] ?? 0), dim('M', x.sizes[3] ?? 0)));
};

const sizesOf = (x: Value): Value => (x.sizes.length === 4 && x.sizes[1] === 1 ? { ...x, sizes: [x.sizes[0] ?? 0, x.sizes[2] ?? 0, x.sizes[3] ?? 0] } : x);

/** Greatest difference of every output from its golden value, in units of 1e-4 · max(1, |golden|). */
export const compare = async (backend: Backend, g: Golden): Promise<number> => {
  const x = valueOf(g.input, g.config.kind === 'swinv2' ? 'image' : 'spectrogram');
  const roots = rootsOf(tapsOf(g.config, x));
  const program = orFail(await backend.compile(planOf([...roots.values()]), g.weights)());
  const values = orFail(await program.run({ inputs: new Map([['x', sizesOf(x)]]), parameters: new Map() })());
  program.dispose();
  let worst = 0;
  [...roots.keys()].forEach((name, i) => {
    const wanted = valueOf(g.output, name);
    const found = values[i];
    expect(found?.sizes, name).toEqual(wanted.sizes);
    wanted.data.forEach((w, j) => {
      const off = Math.abs((found?.data[j] ?? Number.NaN) - w) / (1e-4 * Math.max(1, Math.abs(w)));
      worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
    });
  });
  return worst;
};


