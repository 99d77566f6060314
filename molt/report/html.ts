/**
 * Markup: text that is safe to stand in a page, and the only way to make it.
 * idea:  the tag `html` escapes every value that is not markup already, so that a name never becomes an element.
 * not:   a template language: TypeScript maps and joins.
 */

/** Nominal: a string is not markup. */
export class Markup {
  private readonly _markup = true;
  constructor(readonly text: string) {
    void this._markup;
  }
}

const escapes: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

export type Content = string | number | Markup | readonly Content[];

const isList = (content: Content): content is readonly Content[] => Array.isArray(content);

const textOf = (content: Content): string => {
  if (content instanceof Markup) return content.text;
  return isList(content) ? content.map(textOf).join('') : escape(String(content));
};

/** A template whose values are escaped unless they are markup; lists are joined. Values stand in text or in quoted attributes. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(strings.map((text, i) => `${text}${textOf(values[i] ?? '')}`).join(''));

export const nothing: Markup = new Markup('');

/** Text whose web addresses can be followed. */
export const linked = (text: string): Markup =>
  html`${text.split(/(https:\/\/[^\s,;()]+)/).map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part.replace(/^https:\/\//, '')}</a>` : part))}`;
