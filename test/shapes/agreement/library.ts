/**
 * The library under test: the names that expressions may use, run on graph nodes.
 * idea:  an expression of a program is JavaScript as it stands; it is evaluated in a context that holds the library, so the
 *        compiler and the library see one text. A raised Shape fault is a rejection.
 */
import { createContext, runInContext } from 'node:vm';
import * as dsl from '../../../dsl/index.ts';
import { belowOf } from '../../../dsl/ops/bounds.ts';
import * as shapes from '../../../shapes/index.ts';
import { type Instance, sizeOf, type World } from './world.ts';

/** What an expression gave. */
export interface Made {
  readonly sizes: readonly number[];
  readonly kind: string;
  /** bound of indices, if the library knows it */
  readonly below: number | undefined;
}
export interface Rejected {
  readonly fault: string;
}
export type Outcome = Made | Rejected;
export const isMade = (o: Outcome): o is Made => 'sizes' in o;

export type Names = { readonly [name: string]: unknown };
export const library: Names = { ...shapes, ...dsl };

export interface Session {
  /** evaluates and keeps the result under the name, if there is one */
  readonly bind: (name: string, expression: string) => Outcome;
}
/** A fresh scope for one program in one instance; `mutant` replaces parts of the library. */
export const openSession = (world: World, instance: Instance, mutant: Names = {}): Session => {
  const witnesses = Object.fromEntries(world.dims.filter((d) => /^d[A-Z]$/.test(d.witness)).map((d) => [d.witness, shapes.DimOf.trusted(sizeOf(d, instance), d.type)]));
  const scope: { [name: string]: unknown } = { ...library, ...mutant, ...witnesses, batch: instance.batch.map((n) => shapes.DimOf.trusted(n, 'R')) };
  const context = createContext(scope);
  return {
    bind: (name, expression) => {
      try {
        const value: unknown = runInContext(expression, context);
        if (!(value instanceof shapes.Tensor)) throw new Error(`not a tensor: ${expression}`);
        scope[name] = value;
        return { sizes: value.sizes, kind: value.dtype, below: belowOf(dsl.unwrap(value)) };
      } catch (thrown) {
        if (thrown instanceof shapes.MoltError && thrown.fault._tag === 'Shape') return { fault: thrown.message };
        throw new Error(`${expression}: ${String(thrown)}`, { cause: thrown });
      }
    },
  };
};
