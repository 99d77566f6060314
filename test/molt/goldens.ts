/**
 * Golden files of parts of models: `in.*`, `w.*`, `out.*` and `g.*`, the gradients of an objective by what is trained, each against a graph: in float64
 * on the reference, and planned, in float32, on tfjs-wasm and ONNX Runtime.
 */
import { readdirSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { type Bindings, check, type Declared, grad, type Node, parameterNode, plainTarget, planOf, type Value } from '../../dsl/index.ts';
import { evaluate } from '../../dsl/backends/reference/index.ts';
import { ortNode } from '../../dsl/backends/ort/native/index.ts';
import { tfjs } from '../../dsl/backends/tfjs/index.ts';
import { trainingForm } from '../../molt/adapters/training-form.ts';
import { readSafetensors } from '../../molt/io/safetensors.ts';
import { type Fault, printFault } from '../../shapes/fault.ts';

/** What a golden file holds, as graphs. */
export interface GoldenCase {
  readonly declared: ReadonlyMap<string, Declared>;
  /** by their names in the file */
  readonly outputs: ReadonlyMap<string, Node>;
  /** a scalar: what `g.*` are the gradients of */
  readonly objective: Node;
}

/** The case as it trains: batch norms by the batch's own statistics, of which the file knows nothing. */
export const inTraining = ({ declared, outputs, objective }: GoldenCase): GoldenCase => {
  const { roots: [root = objective, ...rest] } = trainingForm([objective, ...outputs.values()], declared.values());
  return {
    declared: new Map([...declared].filter(([, d]) => d.buffer !== true)),
    outputs: new Map([...outputs.keys()].flatMap((name, i) => rest.slice(i, i + 1).map((node): [string, Node] => [name, node]))),
    objective: root,
  };
};

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const part = (tensors: ReadonlyMap<string, Value>, prefix: string): ReadonlyMap<string, Value> => new Map([...tensors].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])));

interface Golden {
  readonly roots: readonly Node[];
  readonly wanted: readonly (readonly [string, Value])[];
  readonly bindings: Bindings;
}
const golden = async (file: string, made: GoldenCase): Promise<Golden> => {
  const { tensors } = right(await readSafetensors(file)());
  const [parameters, gradients, outputs] = [part(tensors, 'w.'), part(tensors, 'g.'), part(tensors, 'out.')];
  const declared = [...made.declared.values()];
  expect(declared.map((d) => d.name).toSorted()).toEqual([...parameters.keys()].toSorted());
  expect([...made.outputs.keys()].toSorted()).toEqual([...outputs.keys()].toSorted());
  const trained = declared.filter((d) => d.trainable);
  const found = grad(made.objective, trained.map((d) => parameterNode(d.name, d.sizes)));
  const value = (from: ReadonlyMap<string, Value>, key: string): Value => from.get(key) ?? { sizes: [], dtype: 'f32', data: new Float32Array() };
  return {
    roots: [...made.outputs.values(), ...found.gradients],
    wanted: [...[...made.outputs.keys()].map((name) => [`out.${name}`, value(outputs, name)] as const), ...trained.map((d) => [d.name, value(gradients, d.name)] as const)],
    bindings: { inputs: part(tensors, 'in.'), parameters },
  };
};

/** What differs by more than `within` of its greatest number. */
const wrong = (values: readonly Value[], wanted: Golden['wanted'], within: number): readonly string[] =>
  wanted.flatMap(([name, { sizes, data }], i) => {
    const given = values[i];
    if (given === undefined || given.sizes.join() !== sizes.join()) return [`${name}: sizes [${given?.sizes.join()}], wanted [${sizes.join()}]`];
    const scale = Array.from(data).reduce((a, x) => Math.max(a, Math.abs(x)), 1e-3);
    const worst = Array.from(data).reduce((a, x, j) => Math.max(a, Math.abs(x - (given.data[j] ?? NaN))), 0);
    return worst / scale <= within ? [] : [`${name}: ${worst / scale}`];
  });

const engines = { 'tfjs-wasm': tfjs('wasm'), 'ort-node': ortNode({ threads: 2 }) } as const;

/** Tests of every file of a folder under test/golden against the case of its name, and that there are no others; `within`: on the reference. */
export const testGoldens = (folder: string, cases: Readonly<Record<string, () => GoldenCase>>, within = 1e-5): void => {
  const root = new URL(`../golden/${folder}/`, import.meta.url).pathname;
  const names = readdirSync(root).map((file) => file.replace('.safetensors', ''));
  const load = (name: string): Promise<Golden> => {
    const made = cases[name];
    if (made === undefined) throw new Error(`no case ${name}`);
    return golden(`${root}${name}.safetensors`, made());
  };

  test('every golden file has its case, every case its file', () => {
    expect(Object.keys(cases).toSorted()).toEqual(names.toSorted());
  });

  test.each(names)('%s on the reference', async (name) => {
    const { roots, wanted, bindings } = await load(name);
    right(check(roots));
    expect(wrong(right(evaluate(roots, bindings)), wanted, within)).toEqual([]);
  });

  describe.each(['tfjs-wasm', 'ort-node'] as const)('%s', async (engine) => {
    const backend = await engines[engine]();
    if (E.isLeft(backend)) return test.skip(backend.left.given.join(), () => undefined);
    return test.each(names)('%s', async (name) => {
      const { roots, wanted, bindings } = await load(name);
      const program = right(await backend.right.compile(planOf(roots, { target: backend.right.target ?? plainTarget }))());
      const values = right(await program.run(bindings)());
      program.dispose();
      expect(wrong(values, wanted, 2e-4)).toEqual([]);
    });
  });
};
