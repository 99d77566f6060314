/** The sample variants of the folder `variants`: event localisation, and its folders with the other tasks. */
import { readdirSync, readFileSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import type { Variant } from '../../../molt/variants/variant.ts';
import { printFault } from '../../../shapes/fault.ts';

export interface Sample {
  readonly name: string;
  readonly json: unknown;
}
export const files: readonly string[] = readdirSync('variants', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).toSorted();
export const samples: readonly Sample[] = files.map((name) => ({ name, json: JSON.parse(readFileSync(`variants/${name}`, 'utf8')) }));

export const decoded = ({ name, json }: Sample): Variant => {
  const made = decodeVariant(name, json);
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
