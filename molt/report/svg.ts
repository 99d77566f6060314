/**
 * An SVG document of vega, made fit to stand in a page.
 * idea:  the page owns the fonts and the width, the drawing keeps its proportions; one text describes it, and numbers have two decimals.
 */
import { escape, Markup } from './html.ts';

const shortened = (svg: string): string =>
  svg
    .replace(/ (?:font-family|role|aria-[a-z]+|class|pointer-events|xmlns:xlink|version)="[^"]*"/g, '')
    .replace(/<path d="" display="none"\/>/g, '')
    .replace(/-?\d+\.\d{3,}(?=[^<>]*>)/g, (number) => String(Number(Number(number).toFixed(2))));

/** `alt` describes the chart; the drawing grows with its column up to `grow` times the size it was made at, and is scrolled rather than shrunk much. */
export const inlineSvg = (svg: string, alt: string, grow = 1.3): Markup => {
  const [, width = '300', height = '200'] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const body = shortened(svg).replace(/^<svg[^>]*>/, '');
  const root = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" style="max-width:${Math.round(Number(width) * grow)}px;min-width:${Math.round(Number(width) * 0.85)}px" role="img" aria-label="${escape(alt)}">`;
  return new Markup(`${root}${body}`);
};
