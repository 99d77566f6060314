/**
 * Codec: the variant file, decoded once into a complete `Variant`.
 * idea:  everything but `schemaVersion`, `name`, `adapter.kind` and one of `features` and `backbones` has a default;
 *        unknown keys are errors that name the nearest known key; all problems are told at once.
 * laws:  decode ∘ encode = identity on variants (test/molt/variants/codec.test.ts)
 * not:   reading the file (`read.ts`), what must hold between keys (`checks.ts`), or what a variant means (`build.ts`).
 */
import { bimap, chain, mapLeft, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { Fault } from '../../shapes/fault.ts';
import { type Both, both } from '../modality.ts';
import { adapterFile, adapterOf } from './adapter-codec.ts';
import { audioBackbones, featuresOf, positions, visualBackbones } from './backbones.ts';
import { complaintsAbout } from './checks.ts';
import {
  decoder, flag, line, listed, listOf, natural, notNegative, nullable, oneOf, optional, positive, record, refine, required, suggesting, tagged,
  schemaOf, type Complaint, type Decoder, type Field, type JsonSchema, type RecordOf,
} from './combinators.ts';
import { problemsFault, problemsOf, type Problem } from './problems.ts';
import { type AdapterKind, type Backbones, type Budgets, type Features, moltOnly, type MoltVariant, type Position, placement, type Training, type Variant } from './variant.ts';

const features: Decoder<readonly Features[]> = listOf(record({ tokens: required(positive), channels: required(positive) }));

/** 'late', 'early+late' or a list of them; kept in layer order, without repeats. */
const position: Decoder<readonly Position[]> = decoder(`${listed(positions)}, or several joined by '+'`, (u, context) => {
  const names: unknown[] = typeof u === 'string' ? u.split('+').map((s) => s.trim()) : Array.isArray(u) ? u : [u];
  const wrong = names.find((n) => !positions.some((p) => p === n));
  if (names.length === 0 || wrong !== undefined) return t.failure(u, context, suggesting(position.name, wrong, positions));
  return t.success(positions.filter((p) => names.includes(p)));
}, { anyOf: [{ type: 'string', pattern: `^ *(${positions.join('|')})( *\\+ *(${positions.join('|')}))* *$` }, { type: 'array', items: { enum: positions }, minItems: 1 }] });

const backbones = record({ visual: required(oneOf(...visualBackbones)), audio: optional(oneOf(...audioBackbones), undefined), shared: optional(flag, false), position: optional(position, undefined) });

const task = tagged('kind', {
  none: {},
  ave: { classes: optional(positive, 28), segments: optional(positive, 10), head: optional(oneOf('linear', 'cmbs', 'cmbs-dg-sct'), 'linear' as const), hidden: optional(natural, 0) },
  avs: {
    setting: optional(oneOf('s4', 'ms3'), 's4' as const), size: optional(positive, 224), segments: optional(positive, 5),
    head: optional(oneOf('dg-sct', 'lavish'), 'dg-sct' as const), hidden: optional(natural, 0),
  },
  avqa: {
    answers: optional(positive, 42), words: optional(positive, 93), length: optional(positive, 14), segments: optional(positive, 10),
    head: optional(oneOf('released', 'used', 'lavish'), 'released' as const), hidden: optional(natural, 0),
  },
});

const budgetFields = {
  trainableParameters: optional(natural, undefined), savedBytesPerSample: optional(natural, undefined), peakBytes: optional(natural, undefined),
  multiplyAdds: optional(natural, undefined), exportedBytes: optional(natural, undefined),
} as const satisfies { readonly [K in keyof Required<Budgets>]: Field<number | undefined> };
const budgets = record(budgetFields);
const noBudgets: RecordOf<typeof budgetFields> = { trainableParameters: undefined, savedBytesPerSample: undefined, peakBytes: undefined, multiplyAdds: undefined, exportedBytes: undefined };

/** Only what is limited. */
const limits = ({ trainableParameters, savedBytesPerSample, peakBytes, multiplyAdds, exportedBytes }: typeof noBudgets): Budgets => ({
  ...(trainableParameters === undefined ? {} : { trainableParameters }),
  ...(savedBytesPerSample === undefined ? {} : { savedBytesPerSample }),
  ...(peakBytes === undefined ? {} : { peakBytes }),
  ...(multiplyAdds === undefined ? {} : { multiplyAdds }),
  ...(exportedBytes === undefined ? {} : { exportedBytes }),
});

/** Budgets by themselves, or every problem with its place. */
export const budgetsOrProblems = (u: unknown): Either<readonly Problem[], Budgets> => bimap(problemsOf, limits)(budgets.decode(u));

const training: Decoder<Training> = record({
  optimiser: optional(oneOf('adam', 'adamw'), 'adamw' as const),
  rate: optional(notNegative, 5e-4),
  headRate: optional(nullable(notNegative), null),
  warmup: optional(natural, 0),
  final: optional(notNegative, 0.02),
  decay: optional(notNegative, 0),
  batch: optional(positive, 80),
  epochs: optional(positive, 20),
  seed: optional(natural, 0),
});

/** The file's own form: what stands there, with the defaults that need no other key. */
const fileFields = {
  schemaVersion: required(oneOf(1)),
  name: required(line),
  features: optional(record({ visual: required(features), audio: required(features) }), undefined),
  backbones: optional(backbones, undefined),
  adapter: required(adapterFile),
  task: optional(task, { kind: 'none' } as const),
  budgets: optional(budgets, noBudgets),
  training: optional(training, undefined),
  $schema: optional(line, undefined),
};
type File = RecordOf<typeof fileFields>;

const everywhere: readonly Position[] = positions;
/** The layers that an adapter reads if the file does not say. */
const usualPosition: { readonly [K in AdapterKind]: readonly Position[] } = { molt: ['late'], none: ['late'], mettle: everywhere, lavish: everywhere, 'dg-sct': everywhere, avmoe: everywhere, 'norm-only': everywhere };

/** Mettle's tokens for segmentation come from the last layer alone. */
const positionFor = ({ adapter: { kind }, task: { kind: wanted } }: File): readonly Position[] => (kind === 'mettle' && wanted === 'avs' ? ['late'] : usualPosition[kind]);

const trunksOf = (said: NonNullable<File['backbones']>, usual: readonly Position[]): Backbones => ({
  visual: said.visual, audio: said.shared ? said.visual : (said.audio ?? said.visual), position: said.position ?? usual, ...(said.shared ? { shared: true } : {}),
});

const featuresOfFile = (file: File, named: Backbones | undefined): Both<readonly Features[]> =>
  placement[file.adapter.kind] === 'inside' ? both([], []) : (file.features ?? (named === undefined ? both([], []) : featuresOf(named)));

const resolved = (file: File): Variant => {
  const named = file.backbones === undefined ? undefined : trunksOf(file.backbones, positionFor(file));
  return {
    schemaVersion: 1,
    name: file.name,
    features: featuresOfFile(file, named),
    ...(named === undefined ? {} : { backbones: named }),
    adapter: adapterOf(file.adapter, named?.shared === true),
    task: file.task,
    budgets: limits(file.budgets),
    ...(file.training === undefined ? {} : { training: file.training }),
  };
};

const trunkComplaints = ({ backbones: said, adapter }: File): readonly Complaint[] => {
  if (said === undefined) return [];
  if (said.shared) return said.audio === undefined || said.audio === said.visual ? [] : [{ at: ['backbones', 'audio'], given: `'${said.audio}' beside shared: true`, needed: `no audio trunk: '${said.visual}' runs both streams` }];
  if (said.audio === undefined) return [{ at: ['backbones', 'audio'], needed: `${listed(audioBackbones)}, or shared: true for one trunk` }];
  return placement[adapter.kind] === 'inside' && said.position !== undefined && said.position.length < positions.length
    ? [{ at: ['backbones', 'position'], given: said.position.join('+'), needed: 'no position: this adapter stands at every pair of blocks' }]
    : [];
};

const sources = (file: File): readonly Complaint[] => {
  if (file.features !== undefined && file.backbones !== undefined) return [{ at: ['backbones'], given: 'both features and backbones', needed: 'either features or backbones, not both' }];
  if (placement[file.adapter.kind] === 'inside') return file.backbones === undefined ? [{ at: ['backbones'], needed: `named trunks: the adapter ${file.adapter.kind} stands inside them` }] : [];
  return file.features === undefined && file.backbones === undefined ? [{ at: ['features'], needed: 'explicit pairs of layers, or the key backbones with named trunks' }] : [];
};

const checks = (file: File): readonly Complaint[] => {
  const first = [...sources(file), ...trunkComplaints(file)];
  const variant = resolved(file);
  return first.length > 0 ? [...first, ...complaintsAbout({ ...variant, features: both([], []) }).filter(({ at }) => at[0] === 'adapter')] : complaintsAbout(variant);
};

const variantFile: Decoder<Variant> = refine(record(fileFields), checks, resolved);
/** What a file may say, key by key. */
export const fileSchema: JsonSchema = schemaOf(variantFile);

/** A variant from parsed JSON, or every problem with its place. */
export const variantOrProblems = (json: unknown): Either<readonly Problem[], Variant> => mapLeft(problemsOf)(variantFile.decode(json));

/**
 * A variant from parsed JSON; `source` is the file's name in messages.
 * errors: Name for misspelt or missing keys, Decode for any other problem; all of them in one fault
 * @example
 * import { decodeVariant } from 'molt/molt';
 * decodeVariant('late.json', { schemaVersion: 1, name: 'late', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat' }, adapter: { kind: 'molt' } });
 */
export const decodeVariant = (source: string, json: unknown): Either<Fault, Variant> =>
  mapLeft((errors: t.Errors) => problemsFault(source, 'a variant file', errors))(variantFile.decode(json));

/** The same for MoLT alone. errors: also Unsupported for other adapters */
export const decodeMolt = (source: string, json: unknown): Either<Fault, MoltVariant> => chain(moltOnly)(decodeVariant(source, json));

const trunksFile = ({ visual, audio, position: at, shared }: Backbones, kind: AdapterKind): unknown =>
  ({ visual, ...(shared === true ? { shared } : { audio }), ...(placement[kind] === 'inside' ? {} : { position: at }) });

/** The file's form of a variant: decoding it gives the variant back. */
export const encodeVariant = ({ features: pairs, backbones: named, ...rest }: Variant): unknown =>
  (named === undefined ? { ...rest, features: pairs } : { ...rest, backbones: trunksFile(named, rest.adapter.kind) });
