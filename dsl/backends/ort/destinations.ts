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

const overlap = (a: ArrayBufferView, b: ArrayBufferView): boolean => a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;

/** The destinations that can be written while the inputs are read: of f32 outputs, apart from every input and from each other. */
export const direct = (plan: Plan, inputs: readonly Value[], into: Destinations): Destinations => {
  const busy = new Map<ArrayBufferLike, ArrayBufferView[]>();
  const lies = (one: ArrayBufferView): boolean => (busy.get(one.buffer) ?? []).some((other) => overlap(one, other));
  const add = (one: ArrayBufferView): void => {
    const known = busy.get(one.buffer);
    if (known === undefined) busy.set(one.buffer, [one]);
    else known.push(one);
  };
  for (const { data } of inputs) add(data);
  return plan.outputs.map(({ dtype }, i) => {
    const to = into[i];
    if (to === undefined || dtype !== 'f32' || lies(to)) return undefined;
    add(to);
    return to;
  });
};
