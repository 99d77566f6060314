/**
 * Reading a printed tensor type back: `Tensor<[...R, D, Prod<"B", 2>], Ix<6>>` to sizes in an instance.
 */
import type { Instance } from './world.ts';

export interface PrintedTensor {
  /** NaN for a dim that has no size, such as `Dim` */
  readonly sizes: readonly number[];
  readonly kind: string;
  /** bound of indices */
  readonly below: number | undefined;
}

/** Splits at commas outside brackets. */
const parts = (text: string): readonly string[] => {
  const out: string[] = [];
  let depth = 0;
  let current = '';
  for (const c of text) {
    if (c === '<' || c === '[') depth += 1;
    if (c === '>' || c === ']') depth -= 1;
    if (c === ',' && depth === 0) {
      out.push(current.trim());
      current = '';
    } else current += c;
  }
  return current.trim() === '' ? out : [...out, current.trim()];
};

const dimSize = (text: string, instance: Instance): number => {
  const made = /^(Mul|Prod|Add|Sum)<(.*)>$/.exec(text);
  if (made !== null) {
    const [a = Number.NaN, b = Number.NaN] = parts(made[2] ?? '').map((part) => dimSize(part, instance));
    return made[1] === 'Mul' || made[1] === 'Prod' ? a * b : a + b;
  }
  return instance.named[text.replaceAll('"', '')] ?? (/^\d+$/.test(text) ? Number(text) : Number.NaN);
};

/** Undefined unless it is a tensor type. */
export const readTensor = (text: string, instance: Instance): PrintedTensor | undefined => {
  const [shape, element] = parts(/^Tensor<(.*)>$/.exec(text)?.[1] ?? '');
  const inside = /^\[(.*)\]$/.exec(shape ?? '')?.[1] ?? (shape === 'R' ? '...R' : undefined);
  if (inside === undefined || element === undefined) return undefined;
  const sizes = parts(inside).flatMap((d) => (d === '...R' ? instance.batch : [dimSize(d, instance)]));
  const below = /^Ix<(.*)>$/.exec(element)?.[1];
  return { sizes, kind: below === undefined ? element.replaceAll('"', '') : 'i32', below: below === undefined ? undefined : dimSize(below, instance) };
};

/** Has it a dim that is a product or a sum, and so equals other dims in ways that types do not see? */
export const isSymbolic = (text: string): boolean => /\b(Mul|Prod|Add|Sum)</.test(text);
/** Has it axes that are not counted? */
export const isOpen = (text: string): boolean => /\bR\b/.test(text);
/** Are they after others? */
export const endsOpen = (text: string): boolean => /, \.\.\.R/.test(text);
