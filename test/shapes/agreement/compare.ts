/**
 * The comparison: programs are run by the library, then a batch of them is compiled, and each line is judged.
 * laws:  accepted by the compiler ⇒ accepted by the library, with the same sizes, dtype and index bound.
 *        Concrete dims: the converse as well, except where a dim is a product or sum of names (no commutativity in types).
 */
import type { Compiler } from '../../types/compiler.ts';
import { isMade, type Made, type Names, openSession, type Outcome } from './library.ts';
import { type Draw, type Operand, type Operation, type OperationName, operations } from './operations.ts';
import { endsOpen, isOpen, isSymbolic, type PrintedTensor, readTensor } from './printed.ts';
import { dice, type Instance, type Leaf, parameters, type Program, sizeOf, type World } from './world.ts';

interface Line {
  readonly name: string;
  readonly operation: OperationName;
  readonly expression: string;
  readonly operands: readonly string[];
  /** one per instance */
  readonly outcomes: readonly Outcome[];
}
interface Written {
  readonly leaves: readonly { readonly name: string; readonly type: string; readonly expression: string }[];
  readonly lines: readonly Line[];
}

const leafType = (leaf: Leaf): string => {
  const shape = [...(leaf.open ? ['...R'] : []), ...leaf.dims.map((d) => d.type)].join(', ');
  return `Tensor<${shape === '...R' ? 'R' : `[${shape}]`}, ${leaf.kind === 'i32' ? `Ix<${leaf.below.type}>` : `'${leaf.kind}'`}>`;
};
const doors = { f32: 'input', bool: 'inputMask', i32: 'inputIndices' } as const;
const leafExpression = (name: string, leaf: Leaf): string => {
  const dims = [...(leaf.open ? ['...batch'] : []), ...leaf.dims.map((d) => d.witness)];
  return `${doors[leaf.kind]}(${[`'${name}'`, ...(leaf.kind === 'i32' ? [leaf.below.witness] : []), ...dims].join(', ')})`;
};

const batchOf = (sizes: readonly number[], instance: Instance): Operand['batch'] => {
  const { length } = instance.batch;
  const at = length === 0 ? -1 : sizes.findIndex((_, i) => instance.batch.every((n, j) => sizes[i + j] === n));
  return at < 0 ? undefined : { at, length };
};
const elements = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Runs a program: which expression each line is, and what the library says of it. */
export const run = (world: World, program: Program<OperationName>, id: string, mutant: Names = {}): Written => {
  const [first] = world.instances;
  const sessions = world.instances.map((instance) => openSession(world, instance, mutant));
  const bindAll = (name: string, expression: string): readonly Outcome[] => sessions.map((s) => s.bind(name, expression));
  const scope: Operand[] = [];
  const keep = (name: string, outcomes: readonly Outcome[]): void => {
    const [o] = outcomes;
    if (o === undefined || !outcomes.every(isMade) || !isMade(o)) return;
    if (o.sizes.length <= 6 && elements(o.sizes) < 2 ** 50) scope.push({ name, sizes: o.sizes, kind: o.kind, batch: batchOf(o.sizes, first) });
  };
  const leaves = program.leaves.map((leaf, i) => {
    const name = `${id}_l${i}`;
    const expression = leafExpression(name, leaf);
    keep(name, bindAll(name, expression));
    return { name, type: leafType(leaf), expression };
  });
  const lines = program.steps.map((step, i): Line => {
    const { arity, write: writeAny }: Operation = operations[step.op];
    const draw: Draw = { ...dice(step.seed), dims: world.dims.map((d) => ({ ...d, size: sizeOf(d, first) })), fixed: !world.open };
    const name = `${id}_t${i}`;
    const attempt = (): Line => {
      const xs = Array.from({ length: arity }, () => draw.pick(scope));
      const expression = writeAny(draw, ...xs);
      return { name, operation: step.op, expression, operands: xs.map((x) => x.name), outcomes: bindAll(name, expression) };
    };
    let line = attempt();
    for (let tries = draw.chance(0.2) ? 0 : 10 * arity; tries > 0 && !line.outcomes.every(isMade); tries -= 1) line = attempt();
    keep(name, line.outcomes);
    return line;
  });
  return { leaves, lines };
};

export interface Tally {
  readonly programs: number;
  /** accepted by both, and equal */
  readonly accepted: number;
  readonly rejected: number;
  /** rejected by the compiler alone, because a symbolic dim is equal to another in a way that types do not see */
  readonly symbolic: number;
  /** rejected by the compiler alone, because the first axis of [...R, D], or the last of [D, ...R], has no type */
  readonly open: number;
  /** lines after a symbolic one, whose operands have no reliable type */
  readonly skipped: number;
  readonly disagreements: readonly string[];
  /** accepted lines by operation */
  readonly byOperation: ReadonlyMap<string, number>;
  readonly milliseconds: { readonly run: number; readonly compile: number };
}

/** What programs may name, by the module that has it. */
const imports = {
  '../../../dsl/index.ts': [
    'add', 'addBias', 'addOver', 'and', 'argmax', 'atLeast', 'atMost', 'concat', 'crossEntropy', 'div', 'divOver', 'dot', 'einsum', 'embed', 'equal', 'exp', 'eye', 'firstDim', 'full', 'gelu', 'input', 'inputIndices', 'inputMask',
    'instantiate', 'layerNorm', 'less', 'lessEqual', 'linear', 'logSoftmax', 'matmul', 'maximum', 'mean', 'meanKeep', 'minimum', 'mul', 'mulBias', 'mulOver', 'neg', 'oneHot', 'or', 'pow', 'rearrange', 'reduce', 'relu', 'repeat',
    'residual', 'scale', 'shift', 'sigmoid', 'softmax', 'softmaxOver', 'split', 'stack', 'standardise', 'stopGradient', 'sub', 'subOver', 'sum', 'sumKeep', 'take', 'topk', 'unit', 'unstack', 'where', 'xor',
  ],
  '../../../shapes/index.ts': ['appendV', 'dim', 'vec'],
} as const;

/** A wrong library: declarations that replace imported names, or functions that replace run-time ones. */
export interface Mutant {
  readonly types?: { readonly [name: string]: string };
  readonly values?: Names;
}

const header = (declared: { readonly [name: string]: string }): string =>
  [
    `import type { AnyTensor, Dim, DimOf, Ix, Shape, Tensor } from '../../../shapes/index.ts';`,
    ...Object.entries(imports).map(([from, names]) => `import { ${names.filter((n) => !(n in declared)).join(', ')} } from '${from}';`),
    ...Object.entries(declared).map(([name, type]) => `declare const ${name}: ${type};`),
    '',
  ].join('\n');

/** A file of programs, and where each binding is. */
const render = (world: World, written: readonly Written[], declared: { readonly [name: string]: string }) => {
  let text = header(declared);
  const at: { readonly line: Line | undefined; readonly start: number; readonly end: number }[] = [];
  const put = (line: Line | undefined, prefix: string, rest: string): void => {
    const start = text.length + prefix.length;
    text += `${prefix}${rest}\n`;
    at.push({ line, start, end: text.length });
  };
  for (const { leaves, lines } of written) {
    if (world.open) {
      const dims = parameters.map((p) => `d${p}: DimOf<${p}>`);
      put(undefined, '', `export const ${lines[0]?.name ?? 'p'}_body = <R extends Shape, ${parameters.map((p) => `${p} extends Dim`).join(', ')}>(${[...dims, ...leaves.map((l) => `${l.name}: ${l.type}`)].join(', ')}) => {`);
    } else for (const l of leaves) put(undefined, 'export const ', `${l.name}: ${l.type} = ${l.expression};`);
    for (const line of lines) put(line, world.open ? 'const ' : 'export const ', `${line.name} = ${line.expression};`);
    if (world.open) put(undefined, '', '};');
  }
  return { text, at };
};

/** Does it look at the first axis of an operand? */
const touchesFirst = (expression: string): boolean => /firstDim|unstack|\(0\)/.test(expression);

const agrees = (made: Made, type: PrintedTensor | undefined): boolean =>
  type !== undefined && type.kind === made.kind && type.sizes.length === made.sizes.length && type.sizes.every((n, i) => n === made.sizes[i]) && (made.below === undefined || made.below === type.below);

const show = (o: Outcome): string => (isMade(o) ? `[${o.sizes.join(', ')}] ${o.kind}${o.below === undefined ? '' : ` below ${o.below}`}` : `rejected: ${o.fault.replaceAll('\n', ' ')}`);

/** Compares programs in batches. `batch`: how many share a file. */
export const compare = (compiler: Compiler, world: World, programs: readonly Program<OperationName>[], mutant: Mutant = {}, batch = 50): Tally => {
  const counts = { accepted: 0, rejected: 0, symbolic: 0, open: 0, skipped: 0 };
  const disagreements: string[] = [];
  const byOperation = new Map<string, number>();
  const milliseconds = { run: 0, compile: 0 };
  for (let from = 0; from < programs.length; from += batch) {
    const start = performance.now();
    const written = programs.slice(from, from + batch).map((p, i) => run(world, p, `p${from + i}`, mutant.values));
    const { text, at } = render(world, written, mutant.types ?? {});
    milliseconds.run += performance.now() - start;
    const began = performance.now();
    const checked = compiler.check({ 'virtual.ts': text });
    const printed = checked.types('virtual.ts', at.map((place) => place.start));
    milliseconds.compile += performance.now() - began;

    const failed = new Set<number>();
    for (const error of checked.errors) {
      const i = at.findIndex((place) => error.pos >= place.start && error.pos < place.end);
      if (i < 0) throw new Error(`an error outside the programs: ${error.lines.join(' ')}`);
      if (at[i]?.line === undefined) disagreements.push(`a leaf does not compile: ${text.slice(at[i]?.start, at[i]?.end)}${error.lines.join('\n')}`);
      failed.add(i);
    }
    const typeOf = new Map(at.map((place, i) => [text.slice(place.start).match(/^\w+/)?.[0] ?? '', printed[i] ?? '']));
    const leafTypes = new Map(written.flatMap((w) => w.leaves.map((l) => [l.name, l.type] as const)));
    const tainted = new Set<string>();
    at.forEach(({ line }, i) => {
      if (line === undefined) return;
      const runs = line.outcomes.every(isMade);
      const compiles = !failed.has(i);
      const said = `${line.expression}\n  operands: ${line.operands.map((o) => `${o}: ${leafTypes.get(o) ?? typeOf.get(o)}`).join('; ')}\n  library:  ${line.outcomes.map(show).join(' | ')}\n  compiler: ${compiles ? printed[i] : `rejected: ${checked.errors.find((e) => at[i] !== undefined && e.pos >= at[i].start && e.pos < at[i].end)?.lines.join(' ')}`}`;
      if (line.operands.some((o) => tainted.has(o))) {
        counts.skipped += 1;
        if (runs) tainted.add(line.name);
      } else if (runs && compiles) {
        const same = world.instances.every((instance, k) => {
          const o = line.outcomes[k];
          return o !== undefined && isMade(o) && agrees(o, readTensor(printed[i] ?? '', instance));
        });
        if (same) {
          counts.accepted += 1;
          byOperation.set(line.operation, (byOperation.get(line.operation) ?? 0) + 1);
        } else {
          disagreements.push(`different results: ${said}`);
          tainted.add(line.name);
        }
      } else if (!runs && !compiles) counts.rejected += 1;
      else if (compiles) disagreements.push(`only the compiler accepts: ${said}`);
      else {
        tainted.add(line.name);
        const operandTypes = line.operands.map((o) => leafTypes.get(o) ?? typeOf.get(o) ?? '');
        if (operandTypes.some(isSymbolic)) counts.symbolic += 1;
        else if (operandTypes.some((type) => isOpen(type) && (endsOpen(type) || touchesFirst(line.expression)))) counts.open += 1;
        else disagreements.push(`only the library accepts: ${said}`);
      }
    });
  }
  return { programs: programs.length, ...counts, disagreements, byOperation, milliseconds };
};
