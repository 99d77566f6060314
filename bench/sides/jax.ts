/**
 * jax-js on WebAssembly: its own gradients, the whole step compiled (`jit`), AdamW included.
 */
import type { Value } from '../../dsl/index.ts';
import { readSafetensors } from '../../molt/io/safetensors.ts';
import { decodeMolt } from '../../molt/variants/codec.ts';
import { held } from '../held.ts';
import type { A, JaxSizes, Tree } from '../peers/jax/molt.ts';
import { type Digest, digestOf, type MoltJob } from '../protocol.ts';
import { type Prepared, serve } from '../serve.ts';

// Node 20 has no navigator, which jax-js asks when it is loaded
if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: 1, userAgent: 'node' } });
const { init, defaultDevice, jit, numpy: np, tree, valueAndGrad, blockUntilReady } = await import('@jax-js/jax');
const { at, fusedTokens, loss } = await import('../peers/jax/molt.ts');

const array = ({ data, sizes }: Value) => np.array(Float32Array.from(data), { shape: [...sizes] });
const oneHot = ({ data, sizes }: Value, classes: number): Value => {
  const rows = new Float32Array((sizes[0] ?? 0) * classes);
  data.forEach((label, i) => { rows[i * classes + label] = 1; });
  return { sizes: [sizes[0] ?? 0, classes], dtype: 'f32', data: rows };
};
const read = async (path: string, classes: number): Promise<Tree> =>
  Object.fromEntries([...held(await readSafetensors(path)()).tensors].map(([name, value]) => [name, array(name === 'labels' ? oneHot(value, classes) : value)]));
const digests = async (values: Tree): Promise<Record<string, Digest>> =>
  Object.fromEntries(await Promise.all(Object.keys(values).map(async (name) => [name, digestOf(await at(values, name).data())] as const)));

const sizesOf = (job: MoltJob): JaxSizes => {
  const { adapter, features } = held(decodeMolt('bench', job.variant));
  return { layers: features.visual.length, uda: adapter.uda, cda: adapter.cda, tor: adapter.tor };
};
const described = { versions: { node: process.versions.node, 'jax-js': '0.1.25' }, threads: 1, saved: null, notes: ['jit'] };

const step = async (job: MoltJob): Promise<Prepared> => {
  const sizes = sizesOf(job);
  const inputs = await read(job.inputs, job.classes);
  const { rate, beta1, beta2, epsilon, decay } = job.adam;
  let p = await read(job.weights, job.classes);
  const zeros = (): Tree => Object.fromEntries(Object.entries(p).map(([name, w]) => [name, np.zeros(w.shape)]));
  let [m, v] = [zeros(), zeros()];
  /** pace: rate and scale of this step, corrected for the moments' start */
  const update = jit((state: { p: Tree; m: Tree; v: Tree }, batch: Tree, pace: { rate: A; scale: A }) => {
    const [value, grads] = valueAndGrad(loss(sizes))(tree.ref(state.p), tree.ref(batch));
    const names = Object.keys(state.p);
    const next = names.map((name) => {
      const g = at(grads, name);
      const m1 = at(state.m, name).mul(beta1).add(g.ref.mul(1 - beta1));
      const v1 = at(state.v, name).mul(beta2).add(np.square(g).mul(1 - beta2));
      const w1 = at(state.p, name).mul(1 - rate * decay).sub(m1.ref.div(np.sqrt(v1.ref.mul(pace.scale.ref)).add(epsilon)).mul(pace.rate.ref));
      return { name, m1, v1, w1 };
    });
    const named = (pick: (x: { readonly m1: A; readonly v1: A; readonly w1: A }) => A): Tree => Object.fromEntries(next.map((x) => [x.name, pick(x)]));
    return { value, p: named((x) => x.w1), m: named((x) => x.m1), v: named((x) => x.v1) };
  });
  const gradients = jit((tensors: Tree, batch: Tree) => valueAndGrad(loss(sizes))(tensors, batch)[1]);
  let count = 0;
  const once = async (): Promise<number> => {
    count += 1;
    const out = update({ p, m, v }, tree.ref(inputs), { rate: np.array(rate / (1 - beta1 ** count)), scale: np.array(1 / (1 - beta2 ** count)) });
    await blockUntilReady(out);
    ({ p, m, v } = out);
    return Number((await out.value.data())[0]);
  };
  return {
    ...described,
    check: async () => {
      const grads = gradients(tree.ref(p), tree.ref(inputs));
      const tensors = await digests(grads);
      tree.dispose(grads);
      return { tensors, losses: [await once(), await once()] };
    },
    iterate: async () => { await once(); return {}; },
  };
};

const forward = async (job: MoltJob): Promise<Prepared> => {
  const [inputs, weights] = [await read(job.inputs, job.classes), await read(job.weights, job.classes)];
  const run = jit(fusedTokens(sizesOf(job)));
  const once = async (): Promise<Tree> => blockUntilReady(run(tree.ref(weights), tree.ref(inputs)));
  return {
    ...described,
    check: async () => ({ losses: [], tensors: await digests(await once()) }),
    iterate: async () => { tree.dispose(await once()); return {}; },
  };
};

await init('wasm');
defaultDevice('wasm');
await serve((job) => (job.kind === 'block' || job.kind === 'trunk' ? Promise.reject(new Error('no Swin-V2 block for jax-js')) : job.kind === 'step' ? step(job) : forward(job)));
