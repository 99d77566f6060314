/**
 * Recognise: the layout of a file, from its keys alone.
 * idea:  every layout has marks that no other family has; what stands before a mark is the prefix of the whole trunk, and names outside
 *        it belong to other parts (a classifier, a text model). Among layouts with the same marks, the one with more of its names there wins.
 * laws:  test/molt/weights/layouts.test.ts: any layout under any prefix; a file of two trunks; files of another kind
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Sizes } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewNames } from '../../shapes/few.ts';
import { weightsOf } from '../backbones/backbone.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import { type Layout, type LayoutName, layoutNames, layouts, partsOf, type Part } from './layouts.ts';

/** A trunk found in a file. */
export interface Recognised {
  readonly layout: LayoutName;
  /** what stands before each of its names: '', `model.`, `audio_model.audio_encoder.`, … */
  readonly prefix: string;
  /** for each weight of ours the parts that the file must hold, under their full names */
  readonly parts: ReadonlyMap<string, readonly Part[]>;
}

const kinds = { swinv2: 'Swin-V2', htsat: 'HTS-AT' } as const satisfies { readonly [K in BackboneConfig['kind']]: string };

const prefixesIn = (layout: Layout, keys: readonly string[]): readonly string[] => [...new Set(keys.flatMap((key) => layout.mark.exec(key)?.[1] ?? []))];

const partsUnder = (layout: Layout, prefix: string, weights: readonly (readonly [string, Sizes])[]): Recognised['parts'] =>
  new Map(weights.map(([name, sizes]) => [name, partsOf(layout, name, sizes).map((part) => ({ ...part, name: prefix + part.name }))]));

const some = (names: readonly string[]): string => fewNames(names, 3);

/**
 * The trunk of this configuration in a file with these keys. `where` names the file.
 * errors: Name: no layout has such keys, the trunk is of the other kind, or there are two
 */
export const recognise = (where: string, config: BackboneConfig, keys: readonly string[]): Either<Fault, Recognised> => {
  const weights = [...weightsOf(config)].map(([name, { sizes }]) => [name, sizes] as const);
  const present = new Set(keys);
  const found = layoutNames.flatMap((name) => prefixesIn(layouts[name], keys).map((prefix) => ({ layout: name, prefix })));
  const fitting = found
    .filter(({ layout }) => layouts[layout].kind === config.kind)
    .map(({ layout, prefix }) => {
      const parts = partsUnder(layouts[layout], prefix, weights);
      return { layout, prefix, parts, score: [...parts.values()].flat().filter((part) => present.has(part.name)).length };
    })
    .toSorted((a, b) => b.score - a.score);
  const [best, ...others] = fitting;
  if (best === undefined) {
    const [other] = found;
    if (other !== undefined) return left(fault('Name', where, [`weights of ${layouts[other.layout].about}`], `weights of ${kinds[config.kind]}`, 'give the backbone that these weights were made for'));
    const known = layoutNames.map((name) => layouts[name]).filter(({ kind }) => kind === config.kind);
    return left(fault('Name', where, [`${keys.length} names: ${some(keys)}`], `weights of ${known.map(({ about }) => about).join(', or ')}`, 'check that this file holds the trunk of this backbone'));
  }
  const rivals = others.filter(({ score, prefix }) => score === best.score && prefix !== best.prefix);
  if (rivals.length > 0) {
    const prefixes = [best, ...rivals].map(({ prefix }) => JSON.stringify(prefix));
    return left(fault('Name', where, [`${prefixes.length} trunks, under ${prefixes.join(' and ')}`], 'one trunk', 'save the one that is wanted in a file of its own'));
  }
  return right({ layout: best.layout, prefix: best.prefix, parts: best.parts });
};
