/**
 * A reader of small XML documents, and a check of their form against a table of elements.
 */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const known: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decoded = (text: string): string =>
  text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const number = /^#(\d+)$/.exec(name)?.[1];
    const letter = number === undefined ? known[name] : String.fromCodePoint(Number(number));
    if (letter === undefined || !whole.endsWith(';')) throw new Error(`no entity ${whole}`);
    return letter;
  });

/** Elements, attributes and text; no comments, no sections, no namespaces. Throws at the first place that is not well-formed. */
export const parseXml = (text: string): Element => {
  let at = /^(<\?xml version="1\.0" encoding="UTF-8"\?>\s*)?/.exec(text)?.[0].length ?? 0;
  const element = (): Element => {
    const open = /^<([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.:-]*="[^"<]*")*)\s*(\/?)>/.exec(text.slice(at));
    if (open === null) throw new Error(`no element at ${at}`);
    const [whole, name = '', pairs = '', closed] = open;
    at += whole.length;
    const attributes = Object.fromEntries([...pairs.matchAll(/([A-Za-z][\w.:-]*)="([^"<]*)"/g)].map(([, key = '', value = '']) => [key, decoded(value)]));
    if (Object.keys(attributes).length !== [...pairs.matchAll(/="/g)].length) throw new Error(`an attribute of ${name} stands twice`);
    const children: Element[] = [];
    let inside = '';
    if (closed === '/') return { name, attributes, children, text: inside };
    for (;;) {
      const plain = /^[^<]*/.exec(text.slice(at))?.[0] ?? '';
      inside += decoded(plain);
      at += plain.length;
      const end = `</${name}>`;
      if (text.startsWith(end, at)) {
        at += end.length;
        return { name, attributes, children, text: inside };
      }
      children.push(element());
    }
  };
  const root = element();
  if (text.slice(at).trim() !== '') throw new Error(`more than one element, at ${at}`);
  return root;
};

export const elementsOf = ({ children }: Element, name: string): readonly Element[] => children.filter((child) => child.name === name);

interface Form {
  /** attribute → whether it is required, and what it looks like */
  readonly attributes: { readonly [name: string]: { readonly required?: boolean; readonly pattern?: string } };
  readonly children: readonly string[];
  readonly text: boolean;
}
interface Forms {
  readonly root: string;
  readonly elements: { readonly [name: string]: Form };
}
const isForms = (u: unknown): u is Forms => typeof u === 'object' && u !== null && 'root' in u && 'elements' in u;

/** What of a document is not as the table of elements says. */
export const unlike = (forms: unknown, root: Element): readonly string[] => {
  if (!isForms(forms)) return ['no table of elements'];
  const check = (one: Element): readonly string[] => {
    const form = forms.elements[one.name];
    if (form === undefined) return [`no element ${one.name}`];
    const surplus = Object.keys(one.attributes).filter((name) => !Object.hasOwn(form.attributes, name)).map((name) => `${one.name}: surplus ${name}`);
    const wrong = Object.entries(form.attributes).flatMap(([name, { required, pattern }]) => {
      const value = one.attributes[name];
      if (value === undefined) return required === true ? [`${one.name}: lacks ${name}`] : [];
      return pattern !== undefined && !new RegExp(pattern).test(value) ? [`${one.name}: ${name}="${value}"`] : [];
    });
    const strangers = one.children.filter(({ name }) => !form.children.includes(name)).map(({ name }) => `${one.name}: holds ${name}`);
    const words = !form.text && one.text.trim() !== '' ? [`${one.name}: holds text`] : [];
    return [...surplus, ...wrong, ...strangers, ...words, ...one.children.filter(({ name }) => form.children.includes(name)).flatMap(check)];
  };
  return root.name === forms.root ? check(root) : [`the root is ${root.name}`];
};
