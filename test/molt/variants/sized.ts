/** One variant of every kind of adapter on chosen trunks, for costs at small sizes. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import type { Variant } from '../../../molt/variants/variant.ts';
import { printFault } from '../../../shapes/fault.ts';

/** Adapters that fit the trunks of this repository. */
const adapters: readonly (readonly [name: string, adapter: object])[] = [
  ['none', { kind: 'none' }],
  ['molt', { kind: 'molt', uda: 1, cda: 1, width: { visual: 48, audio: 48 } }],
  ['mettle', { kind: 'mettle', width: { visual: 48, audio: 48 } }],
  ['lavish', { kind: 'lavish', reduction: 4 }],
  ['dg-sct', { kind: 'dg-sct', reduction: 4 }],
  ['avmoe 1+1', { kind: 'avmoe', setting: 'avmoe-ave-1+1', reduction: 4 }],
  ['avmoe 2+2', { kind: 'avmoe', setting: 'avmoe-ave-2+2', reduction: 4 }],
  ['norm-only', { kind: 'norm-only' }],
];

/** Every kind on the tiny trunks, with a linear head over single segments. */
export const tinyRivals: readonly (readonly [name: string, variant: Variant])[] = adapters.map(([name, adapter]) => {
  const made = decodeVariant(name, { schemaVersion: 1, name, backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' }, adapter, task: { kind: 'ave', head: 'linear' } });
  if (isLeft(made)) throw new Error(printFault(made.left));
  return [name, made.right];
});
