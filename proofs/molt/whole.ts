/**
 * Laws of MoLT as a whole, for drawn variants: every reading, fusion, way of sharing, and layers of different channels.
 *   1. batch: each sample's outputs are its own
 *   2. compiled: the lowered graph agrees with the unlowered one, for outputs and for gradients
 *   3. frozen: behind MoLT, no weight of a trunk has a gradient, and none of its values is kept for one
 *   4. simplex: the router's weights
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { frozen, grad, input, instantiate, inputNode, is, type Node, parameterNode, unwrap } from '../../dsl/index.ts';
import { htsat } from '../../molt/backbones/htsat.ts';
import { swinV2 } from '../../molt/backbones/swinv2.ts';
import type { Tap } from '../../molt/backbones/taps.ts';
import { both } from '../../molt/modality.ts';
import { type Built, buildVariant } from '../../molt/variants/build.ts';
import type { MoltAdapter, Variant } from '../../molt/variants/variant.ts';
import { dim, type Dim, raise } from '../../shapes/index.ts';
import { type Learner, frozenLaws } from '../dsl/frozen.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { brokenProducts, replacing, rewriteKeepsValues } from '../families/compiled.ts';
import { onSimplex } from '../families/simplex.ts';
import { type Law, under } from '../law.ts';
import { given, type Subject, type Subjects } from '../subject.ts';

interface Letters {
  readonly tokens: readonly (readonly [number, number])[];
  readonly channels: readonly (readonly [number, number])[];
  readonly heads: number;
  readonly adapters: readonly number[];
  readonly z: number;
  readonly mix: MoltAdapter['mix'];
  readonly share: MoltAdapter['share'];
  readonly narrow: boolean;
  readonly kind: MoltAdapter['fusion']['kind'];
  readonly over: MoltAdapter['fusion']['over'];
}

const few = fc.constantFrom(1, 2);
const drawn: fc.Arbitrary<Letters> = few.chain((layers) =>
  fc.record({
    tokens: fc.array(fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3)), { minLength: layers, maxLength: layers }),
    channels: fc.array(fc.tuple(few, few), { minLength: layers, maxLength: layers }),
    heads: few,
    adapters: fc.constantFrom([1, 0], [0, 1], [1, 1], [2, 1]),
    z: few,
    mix: fc.constantFrom('token' as const, 'pooled-channel' as const),
    share: fc.constantFrom('none' as const, 'layer' as const, 'all' as const),
    narrow: fc.boolean(),
    kind: fc.constantFrom('mlp' as const, 'average' as const, 'gates' as const),
    over: fc.constantFrom('token' as const, 'layer' as const),
  }));

/** A variant whose widths fit: channels are multiples of the heads, and of one width where projections are shared by all layers. */
const variantOf = (s: Letters): Variant => {
  const channels = s.channels.map(([v, a]) => (s.share === 'all' ? (s.channels[0] ?? [v, a]) : [v, a]));
  const features = (m: 0 | 1) => s.tokens.map((n, l) => ({ tokens: n[m], channels: s.heads * (channels[l]?.[m] ?? 1) }));
  const width = s.narrow ? s.heads : null;
  return {
    schemaVersion: 1,
    name: 'drawn',
    features: both(features(0), features(1)),
    adapter: {
      kind: 'molt', uda: s.adapters[0] ?? 1, cda: s.adapters[1] ?? 1, tokens: s.z, heads: s.heads, width: both(width, width), mix: s.mix, share: s.share,
      router: { hidden: 3 }, fusion: { kind: s.kind, hidden: 3, over: s.over }, tor: { weight: 0.1, scale: 'mean' },
    },
    task: { kind: 'none' },
    budgets: {},
  };
};

/** Variants of every kind, small. */
export const variants: fc.Arbitrary<Variant> = drawn.map(variantOf);

const built = (variant: Variant): Built => {
  const made = buildVariant(variant);
  return E.isLeft(made) ? raise(made.left) : made.right;
};

/** What is computed of a batch. */
type Reads = (built: Built, batch: number) => readonly Node[];
const outputs: Reads = (b, batch) => [...b.outputs(batch).outputs.values()];
const training: Reads = (b, batch) => {
  const { objective } = b.outputs(batch);
  const { loss, gradients } = grad(objective, [...b.declared.values()].map((d) => parameterNode(d.name, d.sizes)));
  return [loss, ...gradients];
};

/** A built variant as a subject: visual.0, audio.0, visual.1 … in the order of its inputs. */
const subject = (variant: Variant, batch: number, reads: Reads): Subject => {
  const model = built(variant);
  const inputs = [...model.outputs(batch).inputs];
  const names = inputs.map(([name]) => name);
  return {
    inputs: inputs.map(([, { sizes }]) => given(sizes)),
    apply: (...xs) => replacing((n) => (is('input', n) && names.includes(n.params.name) ? (xs[names.indexOf(n.params.name)] ?? n) : n))(reads(model, xs[0]?.sizes[0] ?? batch)),
  };
};

/** Everything that MoLT makes of a batch: fused, weights, tokens, router, tor. */
export const moltOutputs: Subjects = fc.tuple(variants, fc.constantFrom(2, 3)).map(([variant, batch]) => subject(variant, batch, outputs));
/** A training step: the objective and the gradient of every weight. */
export const moltGradients: Subjects = fc.tuple(variants, few).map(([variant, batch]) => subject(variant, batch, training));
/** The router of the first layer pair. */
const firstRouter: Subjects = fc.tuple(variants, few).map(([variant, batch]) => subject(variant, batch, (b, n) => [b.outputs(n).outputs.get('router.0') ?? inputNode('none', [])]));

/** Two trunks of the smallest sizes, with merging and shifted windows, and MoLT on their last blocks. */
const trunks: fc.Arbitrary<Learner> = fc.record({ z: few, adapters: fc.constantFrom([1, 1], [2, 1]), batch: few, layers: few }).map(({ z, adapters, batch, layers }) => {
  const b = dim('B', batch);
  const visual = instantiate(frozen(swinV2({ kind: 'swinv2', image: 16, patch: 2, channels: 4, depths: [2, 2], heads: [1, 2], window: 2 })), 'trunk.visual')(input('image', b, dim(16), dim(16), dim(3)));
  const audio = instantiate(frozen(htsat({ kind: 'htsat', spectrogram: 16, mels: 8, patch: 2, channels: 4, depths: [2, 2], heads: [1, 2], window: 2 })), 'trunk.audio')(input('frames', b, dim(32), dim(8)));
  const late = <T>(taps: readonly T[]): readonly T[] => taps.slice(-layers);
  const sizes = <B extends Dim>(taps: readonly Tap<B>[]) => late(taps).map(({ tokens, channels }) => ({ tokens, channels }));
  const taps = new Map([...late(visual.blocks).map((t, l): [string, Node] => [`visual.${l}`, unwrap(t.value)]), ...late(audio.blocks).map((t, l): [string, Node] => [`audio.${l}`, unwrap(t.value)])]);
  const base = variantOf({ tokens: [[1, 1]], channels: [[1, 1]], heads: 2, adapters, z, mix: 'token', share: 'none', narrow: false, kind: 'mlp', over: 'token' });
  const model = built({ ...base, features: both(sizes(visual.blocks), sizes(audio.blocks)) });
  const [loss] = replacing((n) => (is('input', n) ? (taps.get(n.params.name) ?? n) : n))([model.outputs(batch).objective]);
  return { outputs: [...taps.values()], loss: nth([loss ?? model.outputs(batch).objective], 0) };
});

/** The laws of MoLT on frozen trunks. */
export const trunkLaws = (): readonly Law[] => under('molt')(frozenLaws(trunks));

/** The laws of the whole. */
export const wholeLaws = (engine: Engine = meaning): readonly Law[] =>
  under('molt')([
    ...batchIndependence(moltOutputs, [0, 1, 2, 3], engine),
    ...under('router')(onSimplex(firstRouter, { engine })),
    rewriteKeepsValues(moltOutputs, undefined, brokenProducts),
    ...under('gradients')([rewriteKeepsValues(moltGradients, undefined, brokenProducts)]),
  ]);
