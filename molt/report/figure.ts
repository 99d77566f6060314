/**
 * Figure: a chart as an SVG file of its own.
 * idea:  in the report the page owns colours and fonts; alone, the drawing carries the light ones.
 */
import { escape } from './html.ts';
import { lightColours } from './style.ts';
import type { Chart } from './tools.ts';

/** The drawing of a chart as a document: colours by name become colours, its text stands as title. */
export const standalone = (svg: string, { alt }: Chart): string =>
  svg
    .replace(/var\((--[\w-]+)\)/g, (whole, name: string) => lightColours.get(name) ?? whole)
    .replace(/^<svg ([^>]*)>/, (_, attributes: string) => `<svg ${attributes} role="img"><title>${escape(alt)}</title><rect width="100%" height="100%" fill="${lightColours.get('--paper') ?? '#ffffff'}"/>`);
