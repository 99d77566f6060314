/**
 * SVG documents and emoji of a font to pixels.
 * idea:    the long side becomes 192 pixels; pixels stay premultiplied, which is what the composer interpolates.
 * source:  @resvg/resvg-js; system fonts are never read, so every machine draws the same.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { faultOf } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { rasterSide } from '../compose/glyph.ts';
import type { Raster } from '../compose/glyph.ts';

/** Draws an SVG document; `font` is the file from which its text is drawn. Throws on a document that is not SVG. */
export type Rasterise = (svg: string, font?: string) => Raster;

/** The SVG document that draws one emoji of the Noto Emoji font. */
export const emojiDocument = (emoji: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128"><text x="64" y="100" font-size="96" text-anchor="middle" font-family="Noto Emoji">${emoji}</text></svg>`;

export const rasteriser: TE.TaskEither<Fault, Rasterise> = TE.tryCatch(
  async () => {
    const { Resvg } = await import('@resvg/resvg-js');
    return (svg, font) => {
      const text = font === undefined ? { loadSystemFonts: false } : { loadSystemFonts: false, fontFiles: [font], defaultFontFamily: 'Noto Emoji' };
      const [, width = '1', height = '1'] = /viewBox="\S+ \S+ (\S+) (\S+)"/.exec(svg) ?? [];
      const fit = Number(width) >= Number(height) ? ({ mode: 'width', value: rasterSide } as const) : ({ mode: 'height', value: rasterSide } as const);
      const picture = new Resvg(svg, { font: text, fitTo: fit }).render();
      return { width: picture.width, height: picture.height, pixels: picture.pixels };
    };
  },
  (thrown) => faultOf('the rasteriser', thrown),
);
