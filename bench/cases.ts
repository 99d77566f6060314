/**
 * Cases: what is measured, at which sizes, by whom. Data only.
 * not:   jax-js at B = 40: its training step does not fit into the 4 GiB of a WebAssembly memory.
 * source: sizes of the paper, arXiv 2512.00115: L = 2 late pairs of 36 × 1536 and 64 × 768 tokens, U = C = 2, Z = 8, H = 8
 */
import { encodeVariant } from '../molt/variants/codec.ts';
import type { Variant } from '../molt/variants/variant.ts';
import { backboneConfigs, type BackboneName } from '../molt/backbones/config.ts';
import type { BlockJob, Job, MoltJob, TrunkJob } from './protocol.ts';
import type { SideName } from './sides.ts';

/** A job but for what the harness knows: files and threads. */
type Open<J extends Job> = Omit<J, 'threads' | 'weights' | 'inputs'>;
export type OpenJob = Open<MoltJob> | Open<BlockJob> | Open<TrunkJob>;

export interface Size {
  /** letters of the table, as B = 40 */
  readonly letters: Readonly<Record<string, number>>;
  readonly job: OpenJob;
  readonly sides: readonly SideName[];
  /** also measure memory, each side in a fresh process */
  readonly memory: boolean;
}

/** ours over theirs, at the sizes where both took part; most: the goal, at the given letters (all if none) */
export interface Ratio {
  readonly ours: SideName;
  readonly theirs: SideName;
  readonly goals: readonly { readonly of: 'time' | 'peak' | 'saved'; readonly most: number; readonly letters?: Readonly<Record<string, number>> }[];
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly sizes: readonly Size[];
  readonly ratios: readonly Ratio[];
  /** fit time ≈ c·letterᵉ over the sizes, for each side */
  readonly fit?: string;
  /** also tell the time of one of so many items, by letter */
  readonly perItem?: string;
  /** seconds that a side may take in all its turns of a size, where that is not the usual */
  readonly patience?: number;
}

interface Shape {
  readonly batch: number;
  readonly pairs: number;
  readonly tokens: number;
  readonly visual: readonly [tokens: number, channels: number];
  readonly audio: readonly [tokens: number, channels: number];
  readonly uda: number;
  readonly cda: number;
  readonly heads: number;
  readonly hidden: number;
  readonly classes: number;
}

const paper: Shape = { batch: 40, pairs: 2, tokens: 8, visual: [36, 1536], audio: [64, 768], uda: 2, cda: 2, heads: 8, hidden: 128, classes: 29 };
/** The demo's features and adapters (molt/demo/settings.ts): trunks of 64 pixels and 64 mel bands. */
const demo: Shape = { batch: 100, pairs: 2, tokens: 4, visual: [16, 96], audio: [16, 96], uda: 1, cda: 1, heads: 8, hidden: 32, classes: 8 };
const tiny: Shape = { batch: 2, pairs: 2, tokens: 3, visual: [5, 12], audio: [7, 8], uda: 1, cda: 1, heads: 2, hidden: 6, classes: 5 };

const adam = { rate: 1e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 } as const;

const molt = (kind: MoltJob['kind'], shape: Shape): Open<MoltJob> => {
  const layers = (sizes: readonly [number, number]) => Array.from({ length: shape.pairs }, () => ({ tokens: sizes[0], channels: sizes[1] }));
  const variant: Variant = {
    schemaVersion: 1, name: 'bench', features: { visual: layers(shape.visual), audio: layers(shape.audio) },
    adapter: {
      kind: 'molt', uda: shape.uda, cda: shape.cda, tokens: shape.tokens, heads: shape.heads, width: { visual: null, audio: null }, mix: 'token', share: 'none',
      router: { hidden: shape.hidden }, fusion: { kind: 'mlp', hidden: shape.hidden, over: 'token' }, tor: { weight: 0.1, scale: 'mean' },
    },
    task: { kind: 'none' }, budgets: {},
  };
  return { kind, batch: shape.batch, variant: encodeVariant(variant), classes: shape.classes, adam };
};

const fast: readonly SideName[] = ['pytorch', 'ort-node', 'ort-web'];
const all: readonly SideName[] = [...fast, 'tfjs-wasm', 'tfjs-hand'];

const against = (most: number, letters?: Readonly<Record<string, number>>) => [{ of: 'time' as const, most, ...(letters === undefined ? {} : { letters }) }];

const stepRatios: readonly Ratio[] = [
  { ours: 'ort-node', theirs: 'pytorch', goals: [{ of: 'time', most: 0.4, letters: { B: 40 } }, { of: 'peak', most: 0.7, letters: { B: 40 } }, { of: 'saved', most: 0.3, letters: { B: 40 } }] },
  { ours: 'ort-web', theirs: 'pytorch', goals: against(1.2, { B: 40 }) },
  { ours: 'tfjs-wasm', theirs: 'tfjs-hand', goals: against(0.5, { B: 40 }) },
  { ours: 'tfjs-wasm', theirs: 'jax-js', goals: [] },
];

const batches = (kind: MoltJob['kind'], shape: Shape, sizes: readonly { readonly B: number; readonly sides: readonly SideName[]; readonly memory?: boolean }[]): readonly Size[] =>
  sizes.map(({ B, sides, memory = false }) => ({ letters: { B }, job: molt(kind, { ...shape, batch: B }), sides, memory }));

const swin = (side: number, channels: number, heads: number, window: number, shift: number, batch: number): Size => ({
  letters: { B: batch, G: side, D: channels, W: window, shift }, job: { kind: 'block', batch, block: { side, channels, heads, window, shift } }, sides: ['pytorch', 'ort-node', 'ort-web', 'tfjs-wasm'], memory: false,
});

/** A trunk on a batch; S and M of its picture. Ten seconds of sound are 1001 spectrogram frames. */
const trunk = (name: BackboneName, batch: number, more: Partial<Size> = {}): Size => {
  const config = backboneConfigs[name];
  const letters = config.kind === 'swinv2' ? { B: batch, S: config.image, D: config.channels } : { B: batch, S: config.spectrogram, M: config.mels, D: config.channels };
  return { letters, job: { kind: 'trunk', batch, backbone: config, frames: config.kind === 'swinv2' ? null : Math.floor((1001 * config.spectrogram ** 2) / config.mels / 1024) }, sides: ['pytorch', 'ort-node'], memory: true, ...more };
};

export const cases: readonly Case[] = [
  {
    name: 'molt-step', about: 'training step of MoLT at paper size: forward, loss, backward, AdamW over 114 million weights', ratios: stepRatios,
    sizes: batches('step', paper, [{ B: 4, sides: [...fast, 'tfjs-wasm', 'jax-js'] }, { B: 16, sides: [...fast, 'pytorch-loop', 'pytorch-sdpa'] }, { B: 40, sides: all, memory: true }]),
  },
  { name: 'molt-forward', about: 'fused tokens of MoLT at paper size', ratios: stepRatios.map((r) => ({ ...r, goals: [] })), sizes: batches('forward', paper, [{ B: 4, sides: [...all, 'jax-js'] }, { B: 16, sides: fast }, { B: 40, sides: all }]) },
  { name: 'demo-step', about: "training step at the demo's sizes", ratios: stepRatios.map((r) => ({ ...r, goals: [] })), sizes: batches('step', demo, [{ B: 100, sides: [...all, 'jax-js'] }]) },
  {
    name: 'swin-block', about: 'one block of Swin-V2-L forward: G × G tokens of D channels in windows of W × W', sizes: [swin(12, 768, 24, 12, 0, 4), swin(24, 384, 12, 12, 6, 4)],
    ratios: [{ ours: 'ort-node', theirs: 'pytorch', goals: against(0.9) }, { ours: 'ort-web', theirs: 'pytorch', goals: [] }, { ours: 'tfjs-wasm', theirs: 'pytorch', goals: [] }],
  },
  {
    name: 'backbones', about: 'a whole frozen trunk with random weights, Swin-V2-L (S = 192) and HTS-AT (S = 256): what its last two blocks give; milliseconds of a batch of B frames or clips',
    sizes: [trunk('swinv2-large-w12-192', 5), trunk('swinv2-large-w12-192', 10), trunk('swinv2-large-w12-192', 1, { sides: ['pytorch', 'ort-node', 'ort-web', 'tfjs-wasm'] }), trunk('htsat', 10), trunk('htsat', 2, { sides: ['pytorch', 'ort-node', 'ort-web', 'tfjs-wasm'] })],
    ratios: [{ ours: 'ort-node', theirs: 'pytorch', goals: against(0.9) }, { ours: 'ort-web', theirs: 'pytorch', goals: [] }, { ours: 'tfjs-wasm', theirs: 'pytorch', goals: [] }],
    perItem: 'B', patience: 60,
  },
  { name: 'batch-scaling', about: 'training step at paper size against the batch', ratios: [], fit: 'B', sizes: batches('step', paper, [4, 8, 16, 32, 64].map((B) => ({ B, sides: ['pytorch', 'ort-node'] }))) },
  {
    name: 'latent-scaling', about: 'training step at paper size, B = 16, against latent tokens Z and layer pairs L', ratios: [],
    sizes: [...[4, 8, 16, 32].map((Z) => ({ Z, L: 2 })), { Z: 8, L: 1 }, { Z: 8, L: 3 }].map(({ Z, L }) => ({ letters: { Z, L }, job: molt('step', { ...paper, batch: 16, tokens: Z, pairs: L }), sides: ['pytorch', 'ort-node'], memory: false })),
  },
];

/** The same harness at sizes that take no time: for tests of the harness itself. */
export const quickCases: readonly Case[] = [
  { name: 'molt-step', about: 'a training step of a tiny MoLT', ratios: stepRatios, sizes: batches('step', tiny, [{ B: 2, sides: ['tfjs-wasm', 'tfjs-hand', 'jax-js', 'pytorch'], memory: true }]) },
  { name: 'molt-forward', about: 'fused tokens of a tiny MoLT', ratios: stepRatios, sizes: batches('forward', tiny, [{ B: 2, sides: ['tfjs-wasm', 'tfjs-hand', 'jax-js', 'pytorch'] }]) },
  { name: 'backbones', about: 'the tiny trunks', ratios: [], perItem: 'B', sizes: (['swinv2-tiny64', 'htsat-tiny64'] as const).map((name) => trunk(name, 2, { sides: ['tfjs-wasm', 'pytorch'], memory: false })) },
  { name: 'swin-block', about: 'one tiny block of Swin-V2 forward', ratios: [], sizes: [swin(8, 12, 3, 4, 2, 2)].map((size) => ({ ...size, sides: ['tfjs-wasm', 'pytorch'] })) },
];
