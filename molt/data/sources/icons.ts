/**
 * Icon sets in Iconify JSON: from a name to an SVG document.
 * idea:    aliases are followed to their icon; the colour `currentColor` becomes a fixed one; a drawing's own box wins over the set's.
 * source:  Iconify JSON format, https://iconify.design/docs/types/iconify-json.html
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fault } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';

const box = t.partial({ left: t.number, top: t.number, width: t.number, height: t.number });
const Icon = t.intersection([t.type({ body: t.string }), box]);
const Alias = t.type({ parent: t.string });
const IconFile = t.intersection([t.type({ icons: t.UnknownRecord }), t.partial({ aliases: t.UnknownRecord, width: t.number, height: t.number })]);
const Categories = t.partial({ categories: t.record(t.string, t.array(t.string)) });

export interface IconSet {
  /** every name, aliases included */
  readonly names: readonly string[];
  /** the SVG document of a name, or undefined where the set has none */
  readonly svg: (name: string) => string | undefined;
}

/** What `currentColor` becomes: dark grey in coloured sets, opaque black (only its coverage is used) in sets that are tinted. */
const ink = '#333';

const parse = (file: string): E.Either<Fault, unknown> =>
  E.tryCatch(
    () => JSON.parse(readFileSync(file, 'utf8')),
    (thrown) => fault('Corrupt', file, [String(thrown)], 'Iconify JSON', 'install the package again'),
  );

/**
 * Reads the set in a package's folder.
 * errors:  Corrupt for a file that is not Iconify JSON.
 */
export const readIconSet = (folder: string): E.Either<Fault, IconSet> => {
  const file = join(folder, 'icons.json');
  const parsed = parse(file);
  if (E.isLeft(parsed)) return parsed;
  if (!IconFile.is(parsed.right)) return E.left(fault('Corrupt', file, ['JSON without icons'], 'Iconify JSON', 'install the package again'));
  const { icons, aliases = {}, width = 16, height = 16 } = parsed.right;
  const svg = (name: string, depth = 0): string | undefined => {
    const icon = icons[name];
    if (Icon.is(icon)) {
      const view = [icon.left ?? 0, icon.top ?? 0, icon.width ?? width, icon.height ?? height];
      return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${view.join(' ')}">${icon.body.replaceAll('currentColor', ink)}</svg>`;
    }
    const alias = aliases[name];
    return Alias.is(alias) && depth < 5 ? svg(alias.parent, depth + 1) : undefined;
  };
  return E.right({ names: [...Object.keys(icons), ...Object.keys(aliases)], svg: (name) => svg(name) });
};

/**
 * Names by category, from a set's metadata.
 * errors:  Corrupt for a file that is not Iconify metadata.
 */
export const readCategories = (folder: string): E.Either<Fault, ReadonlyMap<string, readonly string[]>> => {
  const file = join(folder, 'metadata.json');
  const parsed = parse(file);
  if (E.isLeft(parsed)) return parsed;
  return Categories.is(parsed.right)
    ? E.right(new Map(Object.entries(parsed.right.categories ?? {})))
    : E.left(fault('Corrupt', file, ['JSON without categories'], 'Iconify metadata', 'install the package again'));
};
