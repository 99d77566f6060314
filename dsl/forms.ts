/**
 * Forms: what the rules of a primitive can see of a node: its parameters, and the types and sizes of its operands. Equal forms have one number.
 * idea:  a trunk repeats a few hundred forms in tens of thousands of nodes; what follows from the form alone is found once.
 */
import type { Node } from './expr.ts';
import { pen, writeParameters } from './pen.ts';
import { wordTable } from './words.ts';

/** Numbers of forms, from 0 on. */
export const formTable = (): ((node: Node) => number) => {
  const words = wordTable();
  const own = pen(words.put);
  return (node) => {
    own.text(node.primitive);
    own.put(node.operands.length);
    for (const { dtype, sizes } of node.operands) {
      own.text(dtype);
      own.list(sizes);
    }
    writeParameters(node, own);
    return words.end();
  };
};

/** A function of a node that looks at nothing but its form, computed once for each. */
export const byForm = <A, N extends Node = Node>(of: (node: N) => A): ((node: N) => A) => {
  const formOf = formTable();
  const known: A[] = [];
  return (node) => {
    const form = formOf(node);
    const found = form < known.length ? known[form] : undefined;
    if (found !== undefined) return found;
    const made = of(node);
    known[form] = made;
    return made;
  };
};
