/**
 * Destinations: which outputs a run may write where they are wanted.
 * idea:  an output is written in place unless something that is read or written in the same run lies there.
 * laws:  test/dsl/backends/ort-node.test.ts: a destination that is also an input holds the output, as if it had been a copy
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Destinations, Value } from '../../backend.ts';
import { elements } from '../../expr.ts';
import type { Plan } from '../../schedule.ts';

/** errors: Shape where a destination has another length than its output */
export const checkDestinations = (plan: Plan, into: Destinations): E.Either<Fault, void> => {
  const misfits = plan.outputs.flatMap(({ dtype, sizes }, i) => { const to = into[i]; return to !== undefined && to.length !== elements(sizes) ? [`output ${i}: ${to.length} numbers for ${dtype} [${sizes.join(', ')}]`] : []; });
  return misfits.length === 0 ? E.right(undefined) : E.left(fault('Shape', 'destinations', misfits, 'an array as long as the output'));
};

interface Place {
  readonly memory: ArrayBufferView;
  /** of which output; undefined for an input */
  readonly output: number | undefined;
}

/** The outputs whose place shares memory with an input or another output. */
const crowded = (places: readonly Place[]): ReadonlySet<number> => {
  const found = new Set<number>();
  const sorted = [...places].sort((a, b) => a.memory.byteOffset - b.memory.byteOffset);
  let end = 0;
  sorted.forEach(({ memory: { byteOffset, byteLength }, output }, i) => {
    const after = sorted[i + 1]?.memory.byteOffset ?? Infinity;
    if (output !== undefined && byteLength > 0 && (byteOffset < end || after < byteOffset + byteLength)) found.add(output);
    end = Math.max(end, byteOffset + byteLength);
  });
  return found;
};

/** The destinations that can be written while the inputs are read: of f32 outputs, apart from every input and from each other. */
export const direct = (plan: Plan, inputs: readonly Value[], into: Destinations): Destinations => {
  const buffers = new Map<ArrayBufferLike, Place[]>();
  const add = (memory: ArrayBufferView, output?: number): void => {
    const known = buffers.get(memory.buffer);
    if (known === undefined) buffers.set(memory.buffer, [{ memory, output }]);
    else known.push({ memory, output });
  };
  for (const { data } of inputs) add(data);
  plan.outputs.forEach(({ dtype }, i) => { const to = into[i]; if (to !== undefined && dtype === 'f32') add(to, i); });
  const apart = [...buffers.values()].map(crowded);
  return plan.outputs.map(({ dtype }, i) => (dtype === 'f32' && !apart.some((one) => one.has(i)) ? into[i] : undefined));
};
