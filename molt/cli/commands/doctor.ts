/**
 * `molt doctor`: which engines work on this machine, how fast, and which one `auto` takes.
 * idea:  each multiplies two small matrices and is compared with the answer, then it is timed on two stated products.
 */
import { arch, availableParallelism, platform } from 'node:os';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../../shapes/fault.ts';
import { type EngineName, engineNames, engines, factsOf, reasonOf } from '../../train/engine.ts';
import { command } from '../command.ts';
import { integer, orElse, toggle } from '../flags.ts';
import { installedVersion } from '../installed.ts';
import { products, productText, type Speed, speedOf } from '../speed.ts';
import { aligned } from '../table.ts';
import { version } from '../version.ts';

interface Finding {
  readonly backend: EngineName;
  readonly about: string;
  readonly works: boolean;
  /** of the engine's package; null where there is none */
  readonly version: string | null;
  readonly threads: number;
  /** GFLOP/s; null where it does not work */
  readonly speed: Speed | null;
  /** why it does not work, and what would help */
  readonly detail: string;
}

const findingOf = (backend: EngineName, asked: number | undefined): TE.TaskEither<never, Finding> => async () => {
  const facts = factsOf(backend);
  const [first] = facts.packages;
  const result = await pipe(engines[backend].load(asked === undefined ? {} : { threads: asked }), TE.chain((loaded) => speedOf(loaded, () => performance.now())))();
  const common = { backend, about: facts.about, version: first === undefined ? null : (installedVersion(first) ?? null), threads: facts.threads === 'one' ? 1 : (asked ?? availableParallelism()) };
  return { _tag: 'Right', right: isLeft(result) ? { ...common, works: false, speed: null, detail: reasonOf(result.left) } : { ...common, works: true, speed: result.right, detail: '' } };
};

/** What `auto` takes, and why. */
const chosenOf = (findings: readonly Finding[]): { readonly backend: string | null; readonly why: string } => {
  const found = findings.find(({ backend, works }) => works && factsOf(backend).never === undefined);
  const passed = findings.slice(0, found === undefined ? findings.length : findings.indexOf(found)).filter(({ backend }) => factsOf(backend).never === undefined);
  return { backend: found?.backend ?? null, why: ['first in the order of speed that works here', ...passed.map(({ backend }) => `${backend} is absent`)].join('; ') };
};

const rounded = (x: number): number => Number(x.toPrecision(3));
const shownSpeed = (x: number | undefined): string => (x === undefined ? '' : String(rounded(x)));

const page = (machine: string, findings: readonly Finding[]): string => {
  const chosen = chosenOf(findings);
  const head = ['backend', '', 'version', 'threads', 'matrix', 'batched', ''];
  const rows = findings.map(({ backend, works, version: v, threads, speed, about, detail }) => [backend, works ? 'works' : 'absent', v ?? '', works ? String(threads) : '', shownSpeed(speed?.matrix), shownSpeed(speed?.batched), works ? about : detail]);
  return [
    machine,
    ...aligned(['left', 'left', 'left', 'right', 'right', 'right', 'left'], [head, ...rows]),
    `GFLOP/s in single precision, the median of a few runs: matrix ${productText(products.matrix)}, batched ${productText(products.batched)}`,
    `auto takes ${chosen.backend ?? 'none'}: ${chosen.why}`,
  ].join('\n');
};

export const doctor = command({
  name: 'doctor',
  summary: 'tell which engines work here, and how fast',
  notes: ['Exit code 1 if tfjs-wasm, which comes with molt, does not work.'],
  flags: { json: toggle('as JSON'), threads: orElse(integer('N', 'threads of the engines that have several', 1), undefined) },
  run: ({ flags }, terminal) =>
    pipe(
      version,
      TE.bindTo('molt'),
      TE.bind('findings', () => TE.traverseSeqArray((name: EngineName): TE.TaskEither<Fault, Finding> => findingOf(name, flags.threads))(engineNames)),
      TE.map(({ molt, findings }) => {
        const machine = { molt, node: process.version, platform: `${platform()} ${arch()}`, cores: availableParallelism() };
        terminal.out(
          flags.json
            ? JSON.stringify({ schemaVersion: 2, ...machine, products, backends: findings, auto: chosenOf(findings) }, null, 2)
            : page(`molt ${molt}, node ${machine.node}, ${machine.platform}, ${machine.cores} cores`, findings),
        );
        return findings.some(({ backend, works }) => backend === 'tfjs-wasm' && works) ? 0 : 1;
      }),
    ),
});
