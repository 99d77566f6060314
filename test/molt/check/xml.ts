/**
 * A reader of small XML documents, and a check of their form against a schema.
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

/** Elements, attributes and text; comments are passed over; no sections, no namespaces. Throws at the first place that is not well-formed. */
export const parseXml = (given: string): Element => {
  const text = given.replace(/<!--[^]*?-->/g, '');
  let at = /^(<\?xml version="1\.0" encoding="UTF-8" ?\?>\s*)?/.exec(text)?.[0].length ?? 0;
  const element = (): Element => {
    const open = /^<([A-Za-z][\w.:-]*)((?:\s+[A-Za-z][\w.:-]*="[^"<]*")*)\s*(\/?)>/.exec(text.slice(at));
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

const childOf = (one: Element, name: string): Element | undefined => elementsOf(one, name)[0];

/** How often, as a quantifier of a regular expression. */
const often = ({ attributes: { minOccurs = '1', maxOccurs = '1' } }: Element): string => `{${minOccurs},${maxOccurs === 'unbounded' ? '' : maxOccurs}}`;

/** What children may stand in an element, as a regular expression over their names: `(?:a;)(?:b;){0,}`. */
const model = (one: Element): string => {
  const inside = one.children.filter(({ name }) => ['xs:element', 'xs:sequence', 'xs:choice'].includes(name)).map(model);
  return one.name === 'xs:element' ? `(?:${one.attributes['ref'] ?? one.attributes['name'] ?? ''};)${often(one)}` : `(?:${inside.join(one.name === 'xs:choice' ? '|' : '')})${often(one)}`;
};

/**
 * What of a document is not as a schema of W3C's XML Schema says, a line each; of that language what Jenkins' schema of JUnit reports uses: global
 * elements with sequences, choices, references, occurrences, mixed content and attributes of text. Where xmllint is installed (as a package of
 * npm), published.test.ts asks it the same.
 */
export const unlike = (schema: Element, root: Element): readonly string[] => {
  const declared = new Map(elementsOf(schema, 'xs:element').map((one) => [one.attributes['name'], one]));
  const check = (one: Element): readonly string[] => {
    const form = declared.get(one.name);
    if (form === undefined) return [`no element ${one.name}`];
    const type = childOf(form, 'xs:complexType');
    const allowed = type === undefined ? [] : elementsOf(type, 'xs:attribute').map(({ attributes }) => attributes);
    const content = type?.children.find(({ name }) => name === 'xs:sequence' || name === 'xs:choice');
    const order = new RegExp(`^${content === undefined ? '' : model(content)}$`);
    const text = type === undefined ? form.attributes['type'] === 'xs:string' : type.attributes['mixed'] === 'true';
    return [
      ...Object.keys(one.attributes).filter((name) => allowed.every((a) => a['name'] !== name)).map((name) => `${one.name}: surplus ${name}`),
      ...allowed.filter((a) => a['use'] === 'required' && one.attributes[a['name'] ?? ''] === undefined).map((a) => `${one.name}: lacks ${a['name']}`),
      ...(order.test(one.children.map(({ name }) => `${name};`).join('')) ? [] : [`${one.name}: holds ${one.children.map(({ name }) => name).join(', ')}`]),
      ...(!text && one.text.trim() !== '' ? [`${one.name}: holds text`] : []),
      ...one.children.flatMap(check),
    ];
  };
  return check(root);
};
