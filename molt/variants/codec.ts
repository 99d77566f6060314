/**
 * Codec: the variant file, decoded once into a complete `Variant`.
 * idea:  everything but `schemaVersion`, `name`, `adapter.kind` and one of `features` and `backbones` has a default;
 *        unknown keys are errors that name the nearest known key; all problems are told at once.
 * laws:  decode ∘ encode = identity on variants (test/molt/variants/codec.test.ts)
 * not:   reading the file (`read.ts`), or what a variant means (`build.ts`).
 */
import { mapLeft, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { Fault } from '../../shapes/fault.ts';
import { modalities, type ModalityName } from '../modality.ts';
import { audioBackbones, featuresOf, positions, visualBackbones } from './backbones.ts';
import {
  decoder, line, listed, listOf, natural, notNegative, nullable, oneOf, optional, positive, record, refine, required, suggesting, tagged,
  type Complaint, type Decoder, type Field, type RecordOf,
} from './combinators.ts';
import { problemsFault, problemsOf, type Problem } from './problems.ts';
import { widthAt, type Budgets, type Features, type Fusion, type Position, type Tor, type Variant } from './variant.ts';

const features: Decoder<readonly Features[]> = listOf(record({ tokens: required(positive), channels: required(positive) }));

/** 'late', 'early+late' or a list of them; kept in layer order, without repeats. */
const position: Decoder<readonly Position[]> = decoder(`${listed(positions)}, or several joined by '+'`, (u, context) => {
  const names: unknown[] = typeof u === 'string' ? u.split('+').map((s) => s.trim()) : Array.isArray(u) ? u : [u];
  const wrong = names.find((n) => !positions.some((p) => p === n));
  if (names.length === 0 || wrong !== undefined) return t.failure(u, context, suggesting(position.name, wrong, positions));
  return t.success(positions.filter((p) => names.includes(p)));
});

const backbones = record({ visual: required(oneOf(...visualBackbones)), audio: required(oneOf(...audioBackbones)), position: optional(position, ['late'] as const) });

const fusionDefault: Fusion = { kind: 'mlp', hidden: 128, over: 'token' };
const fusion: Decoder<Fusion> = record({
  kind: optional(oneOf('mlp', 'average', 'gates'), fusionDefault.kind),
  hidden: optional(positive, fusionDefault.hidden),
  over: optional(oneOf('token', 'layer'), fusionDefault.over),
});

const torDefault: Tor = { weight: 0.1, scale: 'mean' };
const tor: Decoder<Tor> = record({ weight: optional(notNegative, torDefault.weight), scale: optional(oneOf('mean', 'sum'), torDefault.scale) });

const router = record({ hidden: optional(positive, 128) });
const width = record({ visual: optional(nullable(positive), null), audio: optional(nullable(positive), null) });

const adapter = record({
  kind: required(oneOf('molt')),
  uda: optional(natural, 2),
  cda: optional(natural, 2),
  tokens: optional(positive, 8),
  heads: optional(positive, 8),
  width: optional(width, { visual: null, audio: null }),
  mix: optional(oneOf('token', 'pooled-channel'), 'token' as const),
  share: optional(oneOf('none', 'layer', 'all'), 'none' as const),
  router: optional(router, { hidden: 128 }),
  fusion: optional(fusion, fusionDefault),
  tor: optional(tor, torDefault),
});

const task = tagged('kind', {
  none: {},
  ave: { classes: optional(positive, 28), segments: optional(positive, 10) },
  avs: { setting: optional(oneOf('s4', 'ms3'), 's4' as const), size: optional(positive, 224) },
  avqa: { answers: optional(positive, 42), segments: optional(positive, 10) },
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

/** The file's own form: what stands there, with the defaults that need no other key. */
const fileFields = {
  schemaVersion: required(oneOf(1)),
  name: required(line),
  features: optional(record({ visual: required(features), audio: required(features) }), undefined),
  backbones: optional(backbones, undefined),
  adapter: required(adapter),
  task: optional(task, { kind: 'none' } as const),
  budgets: optional(budgets, noBudgets),
};
type File = RecordOf<typeof fileFields>;

const resolved = (file: File): Variant => ({
  schemaVersion: 1,
  name: file.name,
  features: file.features ?? (file.backbones === undefined ? { visual: [], audio: [] } : featuresOf(file.backbones)),
  ...(file.backbones === undefined ? {} : { backbones: file.backbones }),
  adapter: file.adapter,
  task: file.task,
  budgets: limits(file.budgets),
});

const sources = (file: File): readonly Complaint[] => {
  if (file.features !== undefined && file.backbones !== undefined) return [{ at: ['backbones'], given: 'both features and backbones', needed: 'either features or backbones, not both' }];
  if (file.features === undefined && file.backbones === undefined) return [{ at: ['features'], needed: 'explicit pairs of layers, or the key backbones with named trunks' }];
  const { visual, audio } = resolved(file).features;
  return visual.length === audio.length ? [] : [{ at: ['features'], given: `${visual.length} visual layers, ${audio.length} audio layers`, needed: 'as many visual as audio layers: they are paired by place' }];
};

const experts = ({ adapter: { uda, cda } }: File): readonly Complaint[] =>
  uda + cda > 0 ? [] : [{ at: ['adapter'], given: 'uda 0 and cda 0', needed: 'at least one adapter: uda or cda above 0' }];

/** Where a width comes from: the option, or the channels of a layer. */
const widths = (file: File): readonly Complaint[] => {
  const variant = resolved(file);
  const { heads } = variant.adapter;
  return modalities.flatMap((m: ModalityName) => {
    const asked = variant.adapter.width[m];
    if (asked !== null) return asked % heads === 0 ? [] : [{ at: ['adapter', 'width', m], given: String(asked), needed: `a width divisible by the ${heads} heads` }];
    return variant.features[m].flatMap(({ channels }, l) =>
      widthAt(variant, m, l) % heads === 0 ? [] : [{ at: ['features', m, `[${l}]`, 'channels'], given: String(channels), needed: `channels divisible by the ${heads} heads, or adapter.width.${m} that is` }]);
  });
};

const sharing = (file: File): readonly Complaint[] => {
  const variant = resolved(file);
  if (variant.adapter.share !== 'all') return [];
  return modalities.flatMap((m: ModalityName) => {
    const channels = [...new Set(variant.features[m].map((f) => f.channels))];
    return channels.length < 2 ? [] : [{ at: ['adapter', 'share'], given: `'all' with ${m} layers of ${channels.join(', ')} channels`, needed: `'none' or 'layer': one set of projections fits layers of equal channels only` }];
  });
};

const checks = (file: File): readonly Complaint[] => {
  const first = sources(file);
  return [...first, ...experts(file), ...(first.length > 0 ? [] : [...widths(file), ...sharing(file)])];
};

const variantFile: Decoder<Variant> = refine(record(fileFields), checks, resolved);

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

/** The file's form of a variant: decoding it gives the variant back. */
export const encodeVariant = ({ features: pairs, backbones: named, ...rest }: Variant): unknown => (named === undefined ? { ...rest, features: pairs } : { ...rest, backbones: named });
