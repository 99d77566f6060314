/**
 * Backends on the command line: by name, by short name, or the fastest that works.
 * idea:  what `auto` takes is told on stderr in one line, with what it would have preferred and why that is not there.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import { type Choice, engine, type EngineName, engineNames, type EngineOptions, factsOf, fastest, isEngine } from '../train/engine.ts';
import { type Flag, integer, orElse } from './flags.ts';
import type { Terminal } from './terminal.ts';

export type BackendName = EngineName | 'auto';

/** Shorter names. */
const aliases = { ort: 'ort-node', web: 'ort-web', wasm: 'tfjs-wasm', cpu: 'tfjs-cpu', node: 'tfjs-node', webgpu: 'tfjs-webgpu' } as const satisfies { readonly [alias: string]: EngineName };

const isAlias = (name: string): name is keyof typeof aliases => Object.hasOwn(aliases, name);
const names: readonly string[] = ['auto', ...engineNames, ...Object.keys(aliases)];

/** The backend of a name or alias; otherwise what was needed. */
export const backendNamed = (name: string): Either<string, BackendName> => {
  if (name === 'auto' || isEngine(name)) return right(name);
  if (isAlias(name)) return right(aliases[name]);
  return left(`one of ${names.join(', ')}${didYouMean(name, names)}`);
};

/** `--backend NAME --threads N` */
export const backendFlags: { readonly backend: Flag<BackendName>; readonly threads: Flag<number | undefined> } = {
  backend: { about: 'the engine, as `molt doctor` lists them; auto is the fastest that works here', placeholder: 'NAME', read: backendNamed, absent: { value: 'auto' } },
  threads: orElse(integer('N', 'threads of the engine; as many as there are cores if not given', 1), undefined),
};

/** What `auto` took, in one line. */
export const choiceLine = ({ backend, passed }: Choice): string => `backend ${backend.name}: the fastest that works here${passed.map(({ name, why }) => `; ${name} ${why}`).join('')}`;

interface Asked {
  readonly backend: BackendName;
  readonly threads: number | undefined;
  readonly quiet: boolean;
}

/** errors: Usage for several threads of an engine that has one; those of the engine */
export const backendOf = ({ backend, threads, quiet }: Asked, terminal: Terminal): TE.TaskEither<Fault, Backend> => {
  const options: EngineOptions = threads === undefined ? {} : { threads };
  if (backend === 'auto')
    return pipe(fastest(options), TE.map((choice) => {
      if (!quiet) terminal.err(choiceLine(choice));
      return choice.backend;
    }));
  return (threads ?? 1) > 1 && factsOf(backend).threads === 'one'
    ? TE.left(fault('Usage', 'molt', [`--threads ${threads}`], `${backend} runs on one thread`, 'ort-node and ort-web run on several'))
    : engine(backend, options);
};
