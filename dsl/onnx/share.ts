/**
 * Share: equal constants of a graph become one initialiser.
 * not:   parameters: their names are what they are known by.
 */
import { elements } from '../expr.ts';
import type { Graph, Initialiser } from './proto.ts';
import { bytesOfData } from './term.ts';

/** Numbers up to this many elements are compared by content. Larger constants are distinct nodes of a closed graph already. */
const contentLimit = 4096;

const keyOf = ({ tensor: { type, sizes, data } }: Initialiser): string | undefined => (elements(sizes) > contentLimit ? undefined : `${type}|${sizes.join(',')}|${bytesOfData(data).join(',')}`);

/** `kept`: names that must stay. */
export const share = (graph: Graph, kept: ReadonlySet<string>): Graph => {
  const first = new Map<string, string>();
  const renamed = new Map<string, string>();
  const initialisers = graph.initialisers.filter((one) => {
    const key = kept.has(one.name) ? undefined : keyOf(one);
    if (key === undefined) return true;
    const known = first.get(key);
    if (known === undefined) first.set(key, one.name);
    else renamed.set(one.name, known);
    return known === undefined;
  });
  return { ...graph, initialisers, operations: graph.operations.map((o) => ({ ...o, inputs: o.inputs.map((name) => renamed.get(name) ?? name) })) };
};
