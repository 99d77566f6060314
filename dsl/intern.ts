/**
 * Intern: a table in which equal nodes are one node.
 * idea:  a node is written as a word of integers: its primitive, type, sizes and parameters, and the numbers of its operands, which are in the
 *        table already; so equal words (words.ts) are equal expressions. What commutes is the same word either way round, and the axes of an
 *        einsum have no names of their own. Every graph is closed through this table, most of them several times: hence integers, not texts.
 * laws:  proofs/dsl/graph.ts, through closing
 * not:   global: a table lives as long as the call that made it.
 */
import { is, type Node } from './expr.ts';
import { pen, writeAxes, writeParameters } from './pen.ts';
import { wordTable } from './words.ts';

export interface Interner {
  /** the node of the table that equals this one; its operands must be of the table */
  readonly intern: (node: Node) => Node;
  readonly has: (node: Node) => boolean;
  /** nodes of the table are numbered from 0 on, operands before users, so that what is known of each is an entry of an array; −1 for others */
  readonly numberOf: (node: Node) => number;
  /** how many nodes it has */
  readonly size: () => number;
}

const commuting: ReadonlySet<string> = new Set(['add', 'mul', 'max', 'min', 'equal', 'and', 'or', 'xor']);

/** Whether the two operands may change places. */
const commutes = ({ operands, params }: Node): boolean => operands.length === 2 && ('inputs' in params || ('fn' in params && commuting.has(params.fn)));

export const interner = (): Interner => {
  const nodes: Node[] = [];
  const numbers = new Map<Node, number>();
  const words = wordTable();
  const own = pen(words.put);

  const numberOf = (node: Node): number => numbers.get(node) ?? -1;
  const write = (node: Node): void => {
    const { operands } = node;
    const ids = operands.map(numberOf);
    const turned = (ids[0] ?? 0) > (ids[1] ?? 0) && commutes(node);
    own.text(node.primitive);
    own.text(node.dtype);
    own.list(node.sizes);
    own.list(turned ? ids.reverse() : ids);
    if (turned && is('einsum', node)) writeAxes(node.params.inputs.toReversed(), node.params.output, own);
    else writeParameters(node, own);
  };

  return {
    intern: (node) => {
      if (numbers.has(node)) return node;
      write(node);
      const number = words.end();
      if (number < nodes.length) return nodes[number] ?? node;
      nodes.push(node);
      numbers.set(node, number);
      return node;
    },
    has: (node) => numbers.has(node),
    numberOf,
    size: () => nodes.length,
  };
};
