/**
 * Adapter codec: the key `adapter` of a variant file: one record for each kind.
 * idea:  the rivals' defaults are released settings, chosen by `setting`; what else the file says goes before it, and what is decoded
 *        holds every option, so `setting` itself is not kept.
 */
import type { Adapter, Fusion, MoltAdapter, Tor } from './variant.ts';
import { type AvmoeAdapter, type DgSctAdapter, type InsertedAdapter, gateNames, type InsertedOptions, type LavishAdapter, lavishModes, publishedAdapters } from '../adapters/rival.ts';
import { flag, listOf, natural, notNegative, nullable, oneOf, optional, positive, record, type Decoder, type Field, type RecordOf, tagged } from './combinators.ts';

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
const fullWidth = { visual: null, audio: null };

type Settings = typeof publishedAdapters;
type SettingOf<K extends InsertedAdapter['kind']> = { readonly [S in keyof Settings]: Settings[S]['kind'] extends K ? S : never }[keyof Settings];

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(publishedAdapters, name);
/** The names of the released settings of one kind. */
const settingsOf = <const K extends InsertedAdapter['kind']>(kind: K): readonly SettingOf<K>[] => {
  const ofKind = (name: keyof Settings): name is SettingOf<K> => publishedAdapters[name].kind === kind;
  return Object.keys(publishedAdapters).filter(isSetting).filter(ofKind);
};

/** An option that a setting has a value for. */
const maybe = <A>(inner: Decoder<A>): Field<A | undefined> => optional(inner, undefined);
const inserted = {
  tokens: maybe(positive), reduction: maybe(positive), groups: maybe(positive), batchNorm: maybe(flag), before: maybe(flag),
  gate: maybe(oneOf(...gateNames)), start: maybe(oneOf('uniform', 'zeros')),
} as const satisfies { readonly [K in keyof InsertedOptions]: Field<InsertedOptions[K] | undefined> };

const fields = {
  molt: {
    uda: optional(natural, 2),
    cda: optional(natural, 2),
    tokens: optional(positive, 8),
    heads: optional(positive, 8),
    width: optional(width, fullWidth),
    mix: optional(oneOf('token', 'pooled-channel'), 'token' as const),
    share: optional(oneOf('none', 'layer', 'all'), 'none' as const),
    router: optional(router, { hidden: 128 }),
    fusion: optional(fusion, fusionDefault),
    tor: optional(tor, torDefault),
  } satisfies { readonly [K in keyof Omit<MoltAdapter, 'kind'>]: Field<MoltAdapter[K]> },
  mettle: { tokens: optional(positive, 8), heads: optional(positive, 8), width: optional(width, fullWidth) },
  lavish: { setting: maybe(oneOf(...settingsOf('lavish'))), ...inserted, mode: maybe(oneOf(...lavishModes)) },
  'dg-sct': { setting: optional(oneOf(...settingsOf('dg-sct')), 'dg-sct-ave' as const), ...inserted, channel: maybe(notNegative), spatial: maybe(notNegative), align: maybe(oneOf('tokens', 'grid')) },
  avmoe: {
    setting: optional(oneOf(...settingsOf('avmoe')), 'avmoe-ave' as const), ...inserted,
    cross: maybe(natural), own: maybe(natural), self: maybe(oneOf('none', 'batch', 'tokens')), skip: maybe(listOf(natural, 'none')), balance: maybe(notNegative),
  },
  none: {},
  'norm-only': {},
} as const;

/** What the file says. */
export const adapterFile = tagged('kind', fields);
type Said = { readonly [K in keyof typeof fields]: RecordOf<(typeof fields)[K]> };
type Options = { readonly [K in keyof InsertedOptions]: InsertedOptions[K] | undefined };

const options = (said: Options, preset: InsertedOptions): InsertedOptions => ({
  tokens: said.tokens ?? preset.tokens,
  reduction: said.reduction ?? preset.reduction,
  groups: said.groups ?? preset.groups,
  batchNorm: said.batchNorm ?? preset.batchNorm,
  before: said.before ?? preset.before,
  gate: said.gate ?? preset.gate,
  start: said.start ?? preset.start,
});

const lavish = (said: Said['lavish'], shared: boolean): LavishAdapter => ({
  kind: 'lavish', ...options(said, publishedAdapters[said.setting ?? (shared ? 'lavish-ave-shared' : 'lavish-ave')]), ...(said.mode === undefined ? {} : { mode: said.mode }),
});
const dgSct = (said: Said['dg-sct']): DgSctAdapter => {
  const preset: DgSctAdapter = publishedAdapters[said.setting];
  const align = said.align ?? preset.align;
  return { kind: 'dg-sct', ...options(said, preset), channel: said.channel ?? preset.channel, spatial: said.spatial ?? preset.spatial, ...(align === undefined ? {} : { align }) };
};
const avmoe = (said: Said['avmoe']): AvmoeAdapter => {
  const preset: AvmoeAdapter = publishedAdapters[said.setting];
  const balance = said.balance ?? preset.balance;
  return {
    kind: 'avmoe', ...options(said, preset), cross: said.cross ?? preset.cross, own: said.own ?? preset.own, self: said.self ?? preset.self, skip: said.skip ?? preset.skip,
    ...(balance === undefined ? {} : { balance }),
  };
};

export type AdapterFile = ReturnType<typeof adapterFile.decode> extends infer E ? (E extends { readonly _tag: 'Right'; readonly right: infer A } ? A : never) : never;

/** Every option, those of the setting where the file says nothing. `shared`: one Swin runs both streams. */
export const adapterOf = (said: AdapterFile, shared: boolean): Adapter => {
  switch (said.kind) {
    case 'lavish':
      return lavish(said, shared);
    case 'dg-sct':
      return dgSct(said);
    case 'avmoe':
      return avmoe(said);
    case 'molt':
    case 'mettle':
    case 'none':
    case 'norm-only':
      return said;
  }
};
