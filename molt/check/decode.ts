/**
 * Decode: from a file's text to what is checked, or to everything that is wrong with it, each at its place.
 * not:   loading modules, which a port does.
 */
import { type Either, isLeft, mapLeft } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { variantOrProblems } from '../variants/codec.ts';
import type { Problem } from '../variants/problems.ts';
import { systemOf } from '../variants/system.ts';
import type { Variant } from '../variants/variant.ts';
import type { Candidate, Ports, Source } from './candidate.ts';
import { diagnostic, type Diagnostic, pathText } from './diagnostic.ts';
import { isModuleFile } from './module-text.ts';
import { jsonPlaces, type Places, placesOfModule } from './places.ts';
import { scan, type Scanned, type ScanProblem } from './position.ts';
import type { RuleId } from './rules.ts';

/** A file as it is read: its places, and what it turns out to be. */
export interface Opened {
  readonly places: Places;
  readonly decoded: () => Promise<Decoded>;
}
export interface Decoded {
  readonly note: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly candidate?: Candidate;
}

const scanRules = { syntax: 'MOLT005', duplicate: 'MOLT006' } as const satisfies { readonly [K in ScanProblem['kind']]: RuleId };
const scanFinding = (file: string) => ({ kind, pointer, span, given, needed }: ScanProblem): Diagnostic =>
  diagnostic(scanRules[kind], { file, path: pathText(pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))), ...span }, [given], needed);

const problemRules = { unknown: 'MOLT003', missing: 'MOLT004', value: 'MOLT002' } as const satisfies { readonly [K in Problem['kind']]: RuleId };

/** What a decoder found, at its place. */
export const problemFinding = (places: Places) => ({ kind, keys, given, needed, near, between }: Problem): Diagnostic => {
  const rule = kind === 'value' && between ? 'MOLT001' : problemRules[kind];
  const words = { unknown: `the key '${keys.at(-1) ?? ''}'`, missing: `no key '${keys.at(-1) ?? ''}'`, value: given }[kind];
  return diagnostic(rule, kind === 'value' ? places.value(keys) : places.key(keys), [words], needed, near === undefined ? undefined : `did you mean '${near}'?`);
};

/** A fault of building speaks of the task, or of the adapter. */
const partOf = ({ where }: Fault): readonly string[] => (where.startsWith('task') ? ['task', 'kind'] : ['adapter', 'kind']);

const candidateOf = (variant: Variant, ports: Ports): Candidate => ({
  name: variant.name, kind: variant.adapter.kind, budgets: variant.budgets, named: ['name'], about: partOf,
  system: (batch) => pipe(systemOf(variant, batch), mapLeft((fault) => ({ fault }))),
  laws: (): ReturnType<Candidate['laws']> => ports.laws(variant)(),
  smoke: (steps) => ports.smoke(variant, steps),
});

const problemCount = (all: readonly Diagnostic[]): string => `${all.length} problem${all.length === 1 ? '' : 's'}`;

const decodedJson = (file: string, { value, problems }: Scanned, places: Places, ports: Ports): Decoded => {
  const found = problems.map(scanFinding(file));
  if (problems.some(({ kind }) => kind === 'syntax')) return { note: 'not JSON', diagnostics: found };
  const variant = variantOrProblems(value);
  const all = isLeft(variant) ? [...found, ...variant.left.map(problemFinding(places))] : found;
  return { note: all.length === 0 ? 'a variant' : problemCount(all), diagnostics: all, ...(isLeft(variant) ? {} : { candidate: candidateOf(variant.right, ports) }) };
};

const decodedModule = (found: Either<readonly Diagnostic[], Candidate>): Decoded => (isLeft(found) ? { note: problemCount(found.left), diagnostics: found.left } : { note: 'a module with a block', diagnostics: [], candidate: found.right });

/** A file by its ending: a module, or else JSON. */
export const opened = (source: Source, ports: Ports): Opened => {
  const { file, text } = source;
  if (isModuleFile(file)) return { places: placesOfModule(file, text), decoded: async () => decodedModule(await ports.module(source)()) };
  const scanned = scan(text);
  const places = jsonPlaces(file, scanned);
  return { places, decoded: async () => decodedJson(file, scanned, places, ports) };
};
