/**
 * A strip: one clip of the test split, second by second, what is seen and heard above what is true and what was answered.
 * idea:  a table, so that a reader who hears the page gets truth and answer in order; a wrong answer has a frame and a cross below it, not only a colour.
 */
import { html, nothing, type Markup } from './html.ts';
import { frameList, spectrogramRow } from './pictures.ts';
import type { Paint } from './png.ts';
import type { StripRecord } from './record.ts';

/** The background has no colour of its own; classes after the seventh begin the colours again. */
export const swatch = (name: string, classNames: readonly string[]): string => {
  const label = classNames.indexOf(name);
  return label < 0 || label === classNames.length - 1 ? 'rest' : `k k${label % 7}`;
};

const cell = (name: string, classNames: readonly string[], miss: boolean): Markup =>
  html`<td><span class="${swatch(name, classNames)}${miss ? ' miss' : ''}">${name === classNames[classNames.length - 1] ? html`<span class="only">${name}</span><span aria-hidden="true">·</span>` : name}${miss ? html`<span class="only"> (wrong)</span>` : nothing}</span></td>`;

const senses = (title: string, there: readonly boolean[] | undefined): Markup =>
  there === undefined ? nothing : html`<tr><th scope="row">${title}</th>${there.map((one) => html`<td class="sense">${one ? html`<span aria-hidden="true">●</span><span class="only">yes</span>` : html`<span class="only">no</span>`}</td>`)}</tr>`;

export const strip = (paint: Paint, classNames: readonly string[]) => (record: StripRecord): Markup => {
  const { clip, event, truth, prediction, heard, seen, note } = record;
  const right = truth.filter((name, i) => name === prediction[i]).length;
  const image = (uri: string, alt: string): Markup => html`<img src="${uri}" alt="${alt}">`;
  return html`<div class="strip scroll" tabindex="0" role="region" aria-label="Clip ${clip}"><table>
<caption><b>${clip}</b>, ${event}: ${right} of ${truth.length} seconds right${note === undefined ? '' : `; ${note}`}</caption><tbody>
<tr><th scope="row">frames</th>${frameList(record).map((pixels, i) => html`<td class="picture">${image(paint(pixels), `frame of second ${i + 1}`)}</td>`)}</tr>
${senses('seen', seen)}
<tr><th scope="row">sound</th><td class="picture" colspan="${truth.length}">${image(paint(spectrogramRow(record)), `spectrogram of clip ${clip}, time to the right, high pitches at the top`)}</td></tr>
${senses('heard', heard)}
<tr><th scope="row">truth</th>${truth.map((name) => cell(name, classNames, false))}</tr>
<tr><th scope="row">predicted</th>${prediction.map((name, i) => cell(name, classNames, name !== truth[i]))}</tr>
${right === truth.length ? nothing : html`<tr aria-hidden="true"><th></th>${prediction.map((name, i) => html`<td class="cross">${name === truth[i] ? '' : '✕'}</td>`)}</tr>`}
</tbody></table></div>`;
};
