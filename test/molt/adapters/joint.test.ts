/**
 * Trunks with adapters inside: closed gates change nothing, what is frozen gets no gradient, and what the gradients keep.
 */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { grad, initialise, inputNode, is, type Node, nodes, parameterNode, random, substitute, unwrap, type Value } from '../../../dsl/index.ts';
import { type InsertedAdapter, inside, readout, trainingForm, type Trunks } from '../../../molt/adapters/index.ts';
import { applied } from '../../../molt/backbones/applied.ts';
import { modalities } from '../../../molt/modality.ts';
import { type Fault, printFault } from '../../../shapes/fault.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const small = { tokens: 3, reduction: 2, groups: 2, batchNorm: false, before: true, gate: 'after', start: 'uniform' } as const;
const swin = { kind: 'swinv2', image: 8, patch: 2, channels: 8, depths: [1, 3], heads: [1, 2], window: 2 } as const;
const tiny: Trunks = { visual: swin, audio: { kind: 'htsat', spectrogram: 8, mels: 4, patch: 2, channels: 4, depths: [1, 1], heads: [1, 2], window: 2 }, shared: false };
const one: Trunks = { visual: swin, audio: swin, shared: true };

const kinds: Readonly<Record<string, { readonly adapter: InsertedAdapter; readonly trunks: Trunks }>> = {
  'LAVisH, two trunks': { adapter: { kind: 'lavish', ...small }, trunks: tiny },
  'LAVisH, one trunk': { adapter: { kind: 'lavish', ...small }, trunks: one },
  'DG-SCT': { adapter: { kind: 'dg-sct', ...small, channel: 0.3, spatial: 0.05 }, trunks: tiny },
  'LAVisH, batch norms': { adapter: { kind: 'lavish', ...small, batchNorm: true }, trunks: tiny },
  'AVMoE, batch norms': { adapter: { kind: 'avmoe', ...small, batchNorm: true, cross: 1, own: 1, self: 'tokens', skip: [] }, trunks: one },
  AVMoE: { adapter: { kind: 'avmoe', ...small, cross: 1, own: 2, self: 'none', skip: [] }, trunks: tiny },
};

const values = (declared: Iterable<readonly [string, { readonly sizes: readonly number[] }]>, spread: number, seed = 7): ReadonlyMap<string, Value> =>
  new Map([...declared].map(([name, { sizes }], i) => {
    const draw = random.normal(random.child(random.key(seed), i), sizes.reduce((a, b) => a * b, 1));
    return [name, { sizes, dtype: 'f32', data: Float32Array.from(draw, (x) => spread * x) }];
  }));

describe.each(Object.keys(kinds))('%s', (name) => {
  const { adapter, trunks } = kinds[name] ?? { adapter: { kind: 'lavish', ...small }, trunks: tiny };
  const made = inside(adapter, trunks);
  const { output, inputs } = made.run(2);

  test('with closed gates both trunks give what they give alone', () => {
    const parameters = initialise(made.declared, random.key(3));
    const bindings = { inputs: values(modalities.map((m) => [inputs[m].name, inputs[m]]), 1), parameters };
    const alone = modalities.map((m) => {
      const path = trunks.shared ? 'trunk' : m;
      const { taps, input } = applied(trunks[m], { batch: 2, form: 'published' }, false, path);
      const given = inputs[m].name;
      expect(inputs[m].sizes).toEqual(input.sizes);
      return substitute([unwrap(taps.normed)], (leaf) => (is('input', leaf) ? inputNode(given, leaf.sizes) : undefined))[0] ?? unwrap(taps.normed);
    });
    const got = right(evaluate(modalities.map((m) => unwrap(output.normed[m])), bindings));
    const wanted = right(evaluate(alone, bindings));
    got.forEach((value, i) => expect(Array.from(value.data)).toEqual(Array.from(wanted[i]?.data ?? [])));
  });

  test('every adapter is reached, and every adapter weight but the unused gets a gradient', () => {
    const vectors = readout(output, trunks.shared);
    const loss = modalities.map((m) => unwrap(vectors[m])).map((x) => nodes.sumAxes(nodes.map('square', x), [0, 1])).reduce((a, x) => nodes.add(a, x));
    const trained = [...made.declared.values()].filter((d) => d.trainable);
    expect(trained.every((d) => d.name.startsWith('adapters.'))).toBe(true);
    const { gradients } = grad(loss, trained.map((d) => parameterNode(d.name, d.sizes)));
    const bound = values(modalities.map((m) => [inputs[m].name, inputs[m]]), 1);
    // a ReLU of two hidden units may be shut for one draw of weights
    const found = [7, 8, 9].map((seed) => right(evaluate(gradients, { inputs: bound, parameters: new Map([...initialise(made.declared, random.key(3)), ...values(trained.map((d) => [d.name, d]), 0.3, seed)]) })));
    const still = trained.flatMap((d, i) => (found.some((draw) => (draw[i]?.data ?? []).some((x) => x !== 0)) ? [] : [d.name]));
    expect(still.filter((weight) => !weight.endsWith('.unused'))).toEqual([]);
  });

  test('by given statistics a sample is by itself; by those of the batch it is not', () => {
    const declared = [...made.declared.values()];
    const trained = declared.filter((d) => d.trainable);
    const parameters = new Map([...initialise(made.declared, random.key(3)), ...values(trained.map((d) => [d.name, d]), 0.3)]);
    const both = values(modalities.map((m) => [inputs[m].name, inputs[m]]), 1);
    const first = new Map([...both].map(([key, { sizes: [, ...sizes], dtype, data }]): [string, Value] => [key, { sizes: [1, ...sizes], dtype, data: data.slice(0, data.length / 2) }]));
    const roots = (batch: number): readonly Node[] => { const { output: found } = made.run(batch); return modalities.map((m) => unwrap(found.normed[m])); };
    /** Greatest difference between the first sample alone and beside the second. */
    const apart = (form: (all: readonly Node[]) => readonly Node[]): number => {
      const [alone, among] = [right(evaluate(form(roots(1)), { inputs: first, parameters })), right(evaluate(form(roots(2)), { inputs: both, parameters }))];
      return Math.max(...alone.flatMap(({ data }, i) => Array.from(data, (x, j) => Math.abs(x - (among[i]?.data[j] ?? NaN)))));
    };
    expect(apart((all) => all)).toBeLessThan(1e-9);
    const { moments } = trainingForm(roots(2), declared);
    expect([...moments.keys()].toSorted()).toEqual(declared.flatMap((d) => (d.buffer === true ? [d.name] : [])).toSorted());
    expect(moments.size > 0).toBe(adapter.batchNorm);
    if (adapter.batchNorm) expect(apart((all) => trainingForm(all, declared).roots)).toBeGreaterThan(1e-3);
  });
});
