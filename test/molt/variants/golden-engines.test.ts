/**
 * MoLT against PyTorch on ONNX Runtime: every variant of test/golden/molt, values and gradients, planned as the engine plans.
 */
import { readdirSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { grad, parameterNode, planOf, plainTarget, type Value } from '../../../dsl/index.ts';
import { ortNode } from '../../../dsl/backends/ort/native/index.ts';
import { ortWeb } from '../../../dsl/backends/ort/web/index.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';
import { buildVariant } from '../../../molt/variants/build.ts';
import { readVariant } from '../../../molt/variants/read.ts';
import { printFault, type Fault } from '../../../shapes/fault.ts';

const root = new URL('../../golden/molt/', import.meta.url).pathname;
const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const greatest = (data: ArrayLike<number>): number => Array.from(data).reduce((a, x) => Math.max(a, Math.abs(x)), 0);
const within = 2e-4;
const error = (given: Value | undefined, golden: Value | undefined): number => {
  if (given === undefined || golden === undefined) return Infinity;
  expect(given.sizes).toEqual(golden.sizes);
  return Array.from(golden.data).reduce((worst, x, i) => Math.max(worst, Math.abs(x - (given.data[i] ?? NaN))), 0) / Math.max(greatest(golden.data), 1e-3);
};

const engines = { 'ort-node': ortNode({ threads: 2 }), 'ort-web': ortWeb({ threads: 2 }) } as const;

describe.each(['ort-node', 'ort-web'] as const)('%s', async (engine) => {
  const backend = await engines[engine]();
  if (E.isLeft(backend)) return test.skip(backend.left.given.join(), () => undefined);
  return test.each(readdirSync(root))('golden %s', async (name) => {
    const load = async (file: string): Promise<ReadonlyMap<string, Value>> => right(await readSafetensors(`${root}${name}/${file}`)()).tensors;
    const built = right(buildVariant(right(await readVariant(`${root}${name}/variant.json`)())));
    const [parameters, inputs, output, grads] = [await load('weights.safetensors'), await load('inputs.safetensors'), await load('output.safetensors'), await load('grads.safetensors')];
    const batch = built.outputs(inputs.get('visual.0')?.sizes[0] ?? 0);
    const names = [...built.declared.values()];
    const { loss, gradients } = grad(batch.objective, names.map((d) => parameterNode(d.name, d.sizes)));
    const plan = planOf([...batch.outputs.values(), loss, ...gradients], { target: backend.right.target ?? plainTarget });
    const program = right(await backend.right.compile(plan)());
    const values = right(await program.run({ inputs, parameters })());
    program.dispose();
    const errors = [
      ...[...batch.outputs.keys()].map((key, i) => [key, error(values[i], output.get(key))] as const),
      ...names.map((d, i) => [d.name, error(values[batch.outputs.size + 1 + i], grads.get(d.name))] as const),
    ];
    expect(errors.filter(([, e]) => !(e <= within))).toEqual([]);
  });
});
