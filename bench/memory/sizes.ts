/**
 * Sizes: whose training memory is measured, at which sizes, on which engines. Data only.
 * idea:  every adapter with the same head over single segments, so that one segment is the least batch; the published trunks that fit, and the
 *        tiny ones of this repository for every batch from 1 to 8.
 */

/** One training step to predict and to measure. */
export interface MemoryJob {
  /** of the table */
  readonly adapter: string;
  readonly trunks: string;
  /** segments */
  readonly batch: number;
  readonly engine: string;
  /** a variant file */
  readonly variant: unknown;
}

interface Trunks {
  readonly visual: string;
  readonly audio: string;
  /** H·K of the adapters beside the trunks */
  readonly width: number;
  /** of the bottlenecks inside the trunks; none: as published */
  readonly reduction?: number;
}

const tiny: Trunks = { visual: 'swinv2-tiny64', audio: 'htsat-tiny64', width: 48, reduction: 4 };
const published: Trunks = { visual: 'swinv2-tiny-w8-256', audio: 'htsat', width: 96 };

const beside = ({ width }: Trunks) => ({ width: { visual: width, audio: width } });
const inside = ({ reduction }: Trunks) => (reduction === undefined ? {} : { reduction });

/** By the name of the table. MoLT at a quarter of the channels or less, as at event localisation. */
const adapters = {
  none: () => ({ kind: 'none' }),
  MoLT: (trunks) => ({ kind: 'molt', uda: 1, cda: 1, ...beside(trunks) }),
  Mettle: (trunks) => ({ kind: 'mettle', ...beside(trunks) }),
  LAVisH: (trunks) => ({ kind: 'lavish', ...inside(trunks) }),
  'DG-SCT': (trunks) => ({ kind: 'dg-sct', ...inside(trunks) }),
  'AVMoE 1+1': (trunks) => ({ kind: 'avmoe', setting: 'avmoe-ave-1+1', ...inside(trunks) }),
  'AVMoE 2+2': (trunks) => ({ kind: 'avmoe', setting: 'avmoe-ave-2+2', ...inside(trunks) }),
  'norm-only': () => ({ kind: 'norm-only' }),
} as const satisfies { readonly [name: string]: (trunks: Trunks) => object };
type AdapterName = keyof typeof adapters;

const every: readonly AdapterName[] = ['none', 'MoLT', 'Mettle', 'LAVisH', 'DG-SCT', 'AVMoE 1+1', 'AVMoE 2+2', 'norm-only'];

const job = (trunks: Trunks, adapter: AdapterName, batch: number, engine: string): MemoryJob => ({
  adapter, trunks: `${trunks.visual} + ${trunks.audio}`, batch, engine,
  variant: { schemaVersion: 1, name: adapter, backbones: { visual: trunks.visual, audio: trunks.audio }, adapter: adapters[adapter](trunks), task: { kind: 'ave', head: 'linear' } },
});

const jobs = (trunks: Trunks, names: readonly AdapterName[], batches: readonly number[], engines: readonly string[]): readonly MemoryJob[] =>
  batches.flatMap((batch) => engines.flatMap((engine) => names.map((name) => job(trunks, name, batch, engine))));

export const memoryCase = {
  name: 'training-memory',
  about: 'a training step of every adapter on B segments: predicted bytes beside those that engines held; none of it is a time',
} as const;

/** One tiny adapter beside the trunks and one inside them are enough for the harness itself. */
export const quickMemoryJobs: readonly MemoryJob[] = jobs(tiny, ['MoLT', 'norm-only'], [1], ['tfjs-wasm']);

export const memoryJobs: readonly MemoryJob[] = [
  ...jobs(published, every, [1], ['tfjs-wasm']),
  ...jobs(published, ['MoLT', 'Mettle'], [2, 4, 8], ['tfjs-wasm']),
  ...jobs(published, ['MoLT', 'Mettle', 'LAVisH', 'DG-SCT', 'norm-only'], [1], ['ort-node']),
  ...jobs(published, ['MoLT', 'LAVisH'], [1], ['pytorch']),
  ...jobs(tiny, every, [1, 2, 4, 8], ['tfjs-wasm']),
];
