/**
 * MoLT against PyTorch: every variant of test/golden/molt, values and gradients, in float64 on the reference backend,
 * unlowered and lowered. The engines are compared through `molt run` (test/molt/cli/run.test.ts).
 */
import { readdirSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { type Bindings, check, grad, lower, type Node, parameterNode, type Value } from '../../../dsl/index.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
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
const expectClose = (name: string, given: Value, golden: Value, tolerance: number): void => {
  expect(given.sizes, name).toEqual(golden.sizes);
  const scale = Math.max(greatest(golden.data), 1e-3);
  const worst = Array.from(golden.data).reduce((a, x, i) => Math.max(a, Math.abs(x - (given.data[i] ?? NaN))), 0);
  expect(worst / scale, name).toBeLessThan(tolerance);
};

for (const name of readdirSync(root))
  test(`golden ${name}`, async () => {
    const at = (file: string): string => `${root}${name}/${file}`;
    const load = async (file: string): Promise<ReadonlyMap<string, Value>> => right(await readSafetensors(at(file))()).tensors;
    const built = right(buildVariant(right(await readVariant(at('variant.json'))())));
    const [parameters, inputs, output, grads] = await Promise.all(['weights.safetensors', 'inputs.safetensors', 'output.safetensors', 'grads.safetensors'].map(load));
    if (parameters === undefined || inputs === undefined || output === undefined || grads === undefined) throw new Error('goldens');
    expect([...built.declared.keys()].sort()).toEqual([...parameters.keys()].sort());
    const batch = built.outputs(inputs.get('visual.0')?.sizes[0] ?? 0);
    const names = [...built.declared.values()];
    const { loss, gradients } = grad(batch.objective, names.map((d) => parameterNode(d.name, d.sizes)));
    const roots: readonly Node[] = [...batch.outputs.values(), loss, ...gradients];
    right(check(roots));
    const bindings: Bindings = { inputs, parameters };
    for (const form of [roots, lower(roots)]) {
      right(check(form));
      const values = right(evaluate(form, bindings));
      [...batch.outputs.keys()].forEach((key, i) => expectClose(key, values[i] ?? { sizes: [], dtype: 'f32', data: new Float64Array() }, output.get(key) ?? { sizes: [], dtype: 'f32', data: new Float64Array() }, 1e-6));
      names.forEach((d, i) => expectClose(d.name, values[batch.outputs.size + 1 + i] ?? { sizes: [], dtype: 'f32', data: new Float64Array() }, grads.get(d.name) ?? { sizes: [], dtype: 'f32', data: new Float64Array() }, 1e-5));
    }
  });
