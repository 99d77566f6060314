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
}

const commuting: ReadonlySet<string> = new Set(['add', 'mul', 'max', 'min', 'equal', 'and', 'or', 'xor']);

/** Whether the two operands may change places. */
const commutes = ({ operands, params }: Node): boolean => operands.length === 2 && ('inputs' in params || ('fn' in params && commuting.has(params.fn)));

export const interner = (): Interner => {
  const nodes: Node[] = [];
  const numbers = new Map<Node, number>();
  const words = wordTable();
  const own = pen(words.put);

  const numberOf = (operand: Node | undefined): number => (operand === undefined ? undefined : numbers.get(operand)) ?? -1;
  const write = (node: Node): void => {
    const { operands } = node;
    const [a, b] = operands;
    const turned = operands.length === 2 && numberOf(a) > numberOf(b) && commutes(node);
    own.text(node.primitive);
    own.text(node.dtype);
    own.list(node.sizes);
    own.put(operands.length);
    if (turned) {
      own.put(numberOf(b));
      own.put(numberOf(a));
    } else for (const operand of operands) own.put(numberOf(operand));
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
  };
};
