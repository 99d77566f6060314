/**
 * `node tools/random-graphs.mjs`: the planner on random graphs, by the thousand: planned = unplanned, predicted bytes = measured.
 * idea:  the laws of proofs/dsl/random-graphs.ts with more samples than a test has time for; a failure prints the graph, shrunk,
 *        and what replays it.
 * usage: [--runs N] graphs for each law, default 10000  [--seed S] default 1  [--backend reference|tfjs-wasm] where bytes are measured
 * exit:  0 all held, 1 a law was broken, 2 usage
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureCompiled } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href);

const backends = {
  reference: async () => (await load('dsl/backends/reference/index.js')).reference,
  'tfjs-wasm': async () => {
    const made = await (await load('dsl/backends/tfjs/index.js')).tfjs('wasm')();
    if (made._tag === 'Left') throw new Error(`tfjs-wasm: ${JSON.stringify(made.left)}`);
    return made.right;
  },
};

const main = async () => {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' }, backend: { type: 'string', default: 'reference' } } });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  const backend = backends[values.backend];
  if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed) || backend === undefined) {
    console.error(`usage: random-graphs [--runs N] [--seed S] [--backend ${Object.keys(backends).join('|')}]`);
    return 2;
  }
  const { ok, text } = ensureCompiled(root, () => console.error('compiling…'));
  if (!ok) {
    console.error(text);
    return 1;
  }
  const [{ randomGraphLaws }, { checkLaw, printReport }] = await Promise.all([load('proofs/dsl/random-graphs.js'), load('proofs/run.js')]);
  let graphs = 0;
  let broken = 0;
  for (const law of randomGraphLaws(await backend())) {
    const report = await checkLaw(law, { seed, runs })();
    console.log(printReport(report));
    graphs += report.result.runs;
    // a mutant that few samples did not catch says nothing about the planner
    if (report.result._tag === 'Broken') broken += 1;
  }
  console.log(`${graphs} graphs, ${broken} laws broken`);
  return broken === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
