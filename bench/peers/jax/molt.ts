/**
 * MoLT's equations as one writes them for jax-js: einsum, and the library's own gradients and compilation.
 * idea:  every use of an array takes a reference of its own (`.ref`), since jax-js consumes arguments.
 * source: arXiv 2512.00115, equations 1-8
 */
import { nn, numpy as np } from '@jax-js/jax';

export type A = np.Array;
export type Tree = Record<string, np.Array>;
type Modality = 'visual' | 'audio';
const modalities: readonly Modality[] = ['visual', 'audio'];
type Both<X> = Record<Modality, X>;
const both = <X>(make: (m: Modality) => X): Both<X> => ({ visual: make('visual'), audio: make('audio') });

export interface JaxSizes {
  readonly layers: number;
  readonly uda: number;
  readonly cda: number;
  readonly tor: { readonly weight: number; readonly scale: 'mean' | 'sum' };
}

/** A reference to a named array. @throws Error for a name that is not there */
export const at = (tree: Tree, name: string): A => {
  const found = tree[name];
  if (found === undefined) throw new Error(`no array ${name}`);
  return found.ref;
};
/** einsum by letters. jax-js reads letters with iterator helpers, which Node has from 22 on; its form with numbers works everywhere. */
const einsum = (pattern: string, a: A, b: A): A => {
  const [first = [], second = [], out = []] = pattern.split(/,|->/).map((part) => [...part].map((letter) => letter.charCodeAt(0) - 97));
  return np.einsum(a, first, b, second, out);
};
const size = (x: A, axis: number): number => x.shape[axis] ?? 1;

/** softmax(q kᵀ / √K) v, heads joined: k, v [B, N, H, K] → [B, Z, H·K] */
const attend = (logits: string, q: A, k: A, v: A): A => {
  const [b, width] = [size(k, 0), size(k, 2) * size(k, 3)];
  const weights = nn.softmax(einsum(logits, q, k.ref).mul(size(k, 3) ** -0.5), -1);
  const out = einsum('bhzn,bnhk->bzhk', weights, v);
  k.dispose();
  return out.reshape([b, -1, width]);
};
const td = (p: Tree, name: string, z: A, f: A): A =>
  attend('zhk,bnhk->bhzn', einsum('zd,dhk->zhk', z, at(p, `${name}.query`)), einsum('bnd,dhk->bnhk', f.ref, at(p, `${name}.key`)), einsum('bnd,dhk->bnhk', f.ref, at(p, `${name}.value`)));
const ca = (p: Tree, name: string, x: A, y: A): A => {
  const out = at(p, `${name}.out`);
  const heads = attend('bzhk,bnhk->bhzn', einsum('bnd,dhk->bnhk', x.ref, at(p, `${name}.query`)), einsum('bnd,dhk->bnhk', y.ref, at(p, `${name}.key`)), einsum('bnd,dhk->bnhk', y.ref, at(p, `${name}.value`)));
  return einsum('bze,ed->bzd', heads, out.reshape([-1, size(x, 2)]));
};
const mlp = (p: Tree, name: string, x: A): A =>
  np.matmul(nn.relu(np.matmul(x, at(p, `${name}.hidden.weight`)).add(at(p, `${name}.hidden.bias`))), at(p, `${name}.out.weight`)).add(at(p, `${name}.out.bias`));
const mixed = (p: Tree, name: string, f: A): A => einsum('zn,bnd->bzd', at(p, `${name}.mix`), f.ref);

const layer = (p: Tree, l: number, { uda, cda }: JaxSizes, f: Both<A>): Both<A> => {
  const experts: Both<A>[] = [];
  for (let i = 0; i < uda; i += 1) {
    const name = (m: Modality): string => `fdm.${l}.uda.${i}.${m}`;
    experts.push(both((m) => td(p, `${name(m)}.td`, at(p, `${name(m)}.tokens`), f[m]).add(mixed(p, name(m), f[m]))));
  }
  for (let j = 0; j < cda; j += 1) {
    const name = (m: Modality): string => `fdm.${l}.cda.${j}.${m}`;
    const t = both((m) => td(p, `${name(m)}.td`, at(p, `${name(m)}.tokens`), f[m]));
    experts.push(both((m) => ca(p, `${name(m)}.ca`, t[m], t[m === 'visual' ? 'audio' : 'visual']).add(mixed(p, name(m), f[m]))));
  }
  const weights = nn.softmax(mlp(p, `fdm.${l}.router`, np.concatenate([f.visual.ref.mean(1), f.audio.ref.mean(1)], 1)), -1);
  return both((m) => einsum('be,ebzd->bzd', weights.ref, np.stack(experts.map((x) => x[m]))));
};

/** Σ (C − I)² of the cosines of each sample's tokens, summed over the samples */
const tor = (x: A): A => {
  const u = x.ref.div(np.sqrt(np.square(x.ref).sum(-1, { keepdims: true })));
  return np.square(einsum('bid,bjd->bij', u.ref, u).sub(np.eye(size(x, 1)))).sum();
};

const tokensOf = (p: Tree, sizes: JaxSizes, inputs: Tree): Both<A> => {
  const layers = Array.from({ length: sizes.layers }, (_, l) => layer(p, l, sizes, both((m) => at(inputs, `${m}.${l}`))));
  return both((m) => np.concatenate(layers.map((x) => x[m]), 1));
};
const fuse = (p: Tree, m: Modality, x: A): A => einsum('bm,bmd->bd', nn.softmax(mlp(p, `tfm.${m}`, x.ref).reshape([size(x, 0), size(x, 1)]), -1), x.ref);

export const fusedTokens = (sizes: JaxSizes) => (p: Tree, inputs: Tree): Tree => {
  const all = tokensOf(p, sizes, inputs);
  return Object.fromEntries(modalities.map((m) => [`fused.${m}`, fuse(p, m, all[m])]));
};

/** inputs: with `labels` as one-hot rows */
export const loss = (sizes: JaxSizes) => (p: Tree, inputs: Tree): A => {
  const all = tokensOf(p, sizes, inputs);
  const [b, m] = [size(all.visual, 0), size(all.visual, 1)];
  const logits = np.matmul(np.concatenate(modalities.map((name) => fuse(p, name, all[name])), 1), at(p, 'head.weight')).add(at(p, 'head.bias'));
  const task = nn.logSoftmax(logits, -1).mul(at(inputs, 'labels')).sum().div(-b);
  return task.add(tor(all.visual).add(tor(all.audio)).mul((0.5 * sizes.tor.weight) / (b * (sizes.tor.scale === 'mean' ? m * m : 1))));
};
