/**
 * `molt doctor`: which engines work on this machine.
 * idea:  each one multiplies two small matrices and is compared with the answer.
 */
import { arch, availableParallelism, platform } from 'node:os';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { inputNode, node, planOf, type Backend, type Value } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { backends } from '../backends.ts';
import { command } from '../command.ts';
import { toggle } from '../flags.ts';
import { aligned } from '../table.ts';
import { version } from '../version.ts';

interface Finding {
  readonly backend: string;
  readonly works: boolean;
  /** why not, and what would help */
  readonly detail: string;
}

const left: Value = { sizes: [2, 3], dtype: 'f32', data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const right: Value = { sizes: [3, 2], dtype: 'f32', data: Float32Array.of(1, 0, 0, 1, 1, 1) };
const product = [4, 5, 10, 11];

/** errors: Defect if the engine multiplies wrongly, and whatever its loading says */
const examined = (loading: TE.TaskEither<Fault, Backend>): TE.TaskEither<Fault, void> =>
  pipe(
    loading,
    TE.chain((backend) => {
      const plan = planOf([node('einsum', { inputs: [[0, 1], [1, 2]], output: [0, 2] }, [inputNode('a', [2, 3]), inputNode('b', [3, 2])])]);
      const bindings = { inputs: new Map([['a', left], ['b', right]]), parameters: new Map<string, Value>() };
      return TE.bracket(backend.compile(plan), (program) => program.run(bindings), (program) => TE.fromIO(program.dispose));
    }),
    TE.chain(([value]) => {
      const given = Array.from(value?.data ?? []);
      return given.length === product.length && given.every((x, i) => Math.abs(x - (product[i] ?? NaN)) < 1e-5) ? TE.right(undefined) : TE.left(fault('Defect', 'matrix product', [given.join(' ')], product.join(' ')));
    }),
  );

const findingOf = (backend: string, loading: TE.TaskEither<Fault, Backend>): TE.TaskEither<Fault, Finding> => async () => {
  const result = await examined(loading)();
  if (!isLeft(result)) return { _tag: 'Right', right: { backend, works: true, detail: '' } };
  const { needed, hint } = result.left;
  return { _tag: 'Right', right: { backend, works: false, detail: hint === undefined ? needed : `${needed}: ${hint}` } };
};

const page = (machine: string, findings: readonly Finding[]): string =>
  [machine, ...aligned(['left', 'left', 'left'], findings.map(({ backend, works, detail }) => [backend, works ? 'works' : 'absent', detail]))].join('\n');

export const doctor = command({
  name: 'doctor',
  summary: 'tell which engines work here',
  notes: ['Exit code 1 if the default engine, tfjs-wasm, does not work.'],
  flags: { json: toggle('as JSON') },
  run: ({ flags }, terminal) =>
    pipe(
      version,
      TE.bindTo('molt'),
      TE.bind('findings', () => TE.traverseSeqArray(([name, loading]: [string, TE.TaskEither<Fault, Backend>]) => findingOf(name, loading))(Object.entries(backends))),
      TE.map(({ molt, findings }) => {
        const machine = { molt, node: process.version, platform: `${platform()} ${arch()}`, cores: availableParallelism() };
        terminal.out(flags.json ? JSON.stringify({ schemaVersion: 1, ...machine, backends: findings }, null, 2) : page(`molt ${molt}, node ${machine.node}, ${machine.platform}, ${machine.cores} cores`, findings));
        return findings.some(({ backend, works }) => backend === 'tfjs-wasm' && works) ? 0 : 1;
      }),
    ),
});
