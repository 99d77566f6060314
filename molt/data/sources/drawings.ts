/**
 * All drawings that clips are composed of: instruments and distractors, by split.
 * idea:    sets are read once, each drawing is rasterised once; a drawing belongs to the split of its style.
 */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { glyphOf } from '../compose/glyph.ts';
import type { Drawing, Drawings } from '../compose/materials.ts';
import { perInstrument } from '../labels.ts';
import type { Split } from '../labels.ts';
import { distractorStylesOf, stylesOf } from '../splits.ts';
import type { Style } from '../splits.ts';
import { artwork, distractors, fontFile } from './artwork.ts';
import { readIconSet } from './icons.ts';
import type { IconSet } from './icons.ts';
import { installCommand } from './packages.ts';
import type { Installed } from './packages.ts';
import { emojiDocument, rasteriser } from './rasterise.ts';

/** Finds and rasterises a drawing of a style, or undefined where the style has none. */
export interface Artist {
  readonly names: (style: Style) => readonly string[];
  readonly draw: (style: Style, name: string) => Drawing | undefined;
}

/**
 * Opens the icon sets of some styles.
 * errors:  Corrupt for a damaged set, Defect where the rasteriser does not start.
 */
export const artistOf =
  (installed: Installed, styles: readonly Style[]): TE.TaskEither<Fault, Artist> =>
  async () => {
    const started = await rasteriser();
    if (E.isLeft(started)) return started;
    const sets = new Map<Style, IconSet>();
    for (const style of styles) {
      if (style === 'noto-mono') continue;
      const set = readIconSet(installed.folder(artwork[style].package));
      if (E.isLeft(set)) return set;
      sets.set(style, set.right);
    }
    const font = join(installed.folder(artwork['noto-mono'].package), fontFile);
    return E.right({
      names: (style) => sets.get(style)?.names ?? [],
      draw: (style, name) => {
        const svg = style === 'noto-mono' ? emojiDocument(name) : sets.get(style)?.svg(name);
        if (svg === undefined) return undefined;
        const glyph = glyphOf(style === 'noto-mono' ? started.right(svg, font) : started.right(svg), artwork[style].single);
        return glyph === undefined ? undefined : { id: `${style}/${name}`, style, glyph };
      },
    });
  };

/**
 * The drawings of one split.
 * errors:  Corrupt where a set is damaged or lacks an instrument of the recipe.
 */
export const readDrawings =
  (installed: Installed, split: Split): TE.TaskEither<Fault, Drawings> =>
  async () => {
    const artist = await artistOf(installed, stylesOf[split])();
    if (E.isLeft(artist)) return artist;
    const { draw } = artist.right;
    const drawn = E.tryCatch(
      () => {
        const missing: string[] = [];
        const instruments = perInstrument((instrument) =>
          stylesOf[split].flatMap((style) => {
            const name = artwork[style].names[instrument];
            const drawing = name === null ? undefined : draw(style, name);
            if (name !== null && drawing === undefined) missing.push(`${style}/${name}`);
            return drawing ?? [];
          }),
        );
        const others = distractorStylesOf[split].map((style) => distractors.flatMap((name) => draw(style, name) ?? []));
        return { missing, drawings: { instruments, distractors: others } };
      },
      (thrown) => faultOf(`drawings of ${split}`, thrown),
    );
    if (E.isLeft(drawn)) return drawn;
    const { missing, drawings } = drawn.right;
    return missing.length === 0
      ? E.right(drawings)
      : E.left(fault('Corrupt', `drawings of ${split}`, [`no ${missing.join(', ')}`], 'every drawing of the recipe', `install the packages at their exact versions: ${installCommand}`));
  };
