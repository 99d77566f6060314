/**
 * The engines of ONNX Runtime as engines of laws, where they run here.
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { ortNode } from '../../dsl/backends/ort/native/index.ts';
import { ortWeb } from '../../dsl/backends/ort/web/index.ts';
import { type Engine, engineOf } from '../../proofs/engine.ts';

export const ortNames = ['ort-web', 'ort-node'] as const;
const loads = { 'ort-web': ortWeb({ threads: 2 }), 'ort-node': ortNode({ threads: 2 }) } as const satisfies { readonly [N in (typeof ortNames)[number]]: unknown };

/** Undefined where it is not installed. */
export const ortEngine = async (name: (typeof ortNames)[number]): Promise<Engine | undefined> => {
  const backend = await loads[name]();
  return isRight(backend) ? engineOf(backend.right) : undefined;
};
