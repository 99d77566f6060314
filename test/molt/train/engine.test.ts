/** Engines by name, and the choice of the fastest that works. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import type { Backend } from '../../../dsl/backend.ts';
import { choiceLine } from '../../../molt/cli/backends.ts';
import { type Candidate, engine, engineNames, factsOf, firstThatWorks } from '../../../molt/train/engine.ts';
import { fault } from '../../../shapes/fault.ts';

const works = (name: string): Candidate => ({ name, load: TE.right({ ...reference, name }) });
const absent = (name: string): Candidate => ({ name, load: TE.left(fault('Unsupported', `backend ${name}`, ['Cannot find package'], `the optional package ${name}`, `npm install ${name}`)) });
const broken = (name: string): Candidate => ({ name, load: TE.left(fault('Defect', `backend ${name}`, ['it answered 5'], 'an engine that starts')) });

test('the first that works is taken; those before it are named with their reasons; those after it are not loaded', async () => {
  const loaded: string[] = [];
  const watched = ({ name, load }: Candidate): Candidate => ({ name, load: () => (loaded.push(name), load()) });
  const choice = await firstThatWorks([absent('swift'), broken('odd'), works('steady'), works('slow')].map(watched))();
  if (E.isLeft(choice)) throw new Error('a choice');
  expect(choice.right.backend.name).toBe('steady');
  expect(choiceLine(choice.right)).toBe('backend steady: the fastest that works here; swift needs the optional package swift: npm install swift; odd needs an engine that starts (it answered 5)');
  expect(loaded).toEqual(['swift', 'odd', 'steady']);
});

test('none works: a fault with every reason', async () => {
  const choice = await firstThatWorks([absent('swift'), broken('odd')])();
  expect(choice).toMatchObject(E.left({ _tag: 'Unsupported', given: [expect.stringContaining('swift'), expect.stringContaining('odd')] }));
});

test('the order of preference begins with native engines and ends with the reference; graphics processors are asked for by name', () => {
  expect(engineNames.filter((name) => factsOf(name).never === undefined)).toEqual(['ort-node', 'tfjs-node', 'ort-web', 'tfjs-wasm', 'tfjs-cpu', 'reference']);
});

test('an engine by name bears that name; another name is a fault', async () => {
  for (const name of ['tfjs-wasm', 'reference']) expect(E.map((b: Backend) => b.name)(await engine(name)())).toEqual(E.right(name));
  expect(await engine('abacus')()).toMatchObject(E.left({ _tag: 'Name' }));
});
