/**
 * A block: weights with names, a pure function of them, and its gradient as another graph.
 */
import assert from 'node:assert/strict';
import { isRight } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Dim, dim, type DimOf } from '../shapes/index.ts';
import { type Arrow, block, declaredOf, gelu, grad, initialise, input, instantiate, linear, parameterNode, planOf, print, random, reduce, residual, unwrap } from '../dsl/index.ts';
import { reference } from '../dsl/backends/reference/index.ts';

/** shape: [...B, D] → [...B, D]; generic in D and in the hidden width R */
const mlp = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>) =>
  block({ up: linear(d, r), down: linear(r, d) }, (p): Arrow<[D], [D]> => residual((x) => pipe(x, p.up, gelu, p.down)));

const model = mlp(dim(4), dim(8));
const declared = declaredOf(model);
assert.deepEqual([...declared.keys()], ['up.weight', 'up.bias', 'down.weight', 'down.bias']);

// A graph, its loss, and the gradients: all pure values.
const x = input('x', dim('B', 2), dim(3), dim(4));
const loss = unwrap(reduce('mean', 'b n d -> ')(instantiate(model)(x)));
const { gradients } = grad(loss, [...declared.values()].map((d) => parameterNode(d.name, d.sizes)));
assert.match(print([loss]), /parameter up.weight/);

// A plan is compiled once and run many times, on any engine.
const program = await reference.compile(planOf([loss, ...gradients]))();
assert(isRight(program));
const values = await program.right.run({ inputs: new Map([['x', { sizes: [2, 3, 4], dtype: 'f32', data: new Float32Array(24).fill(1) }]]), parameters: initialise(declared, random.key(1)) })();
assert(isRight(values));
assert.deepEqual(values.right.slice(1).map((v) => v.sizes), [[4, 8], [8], [8, 4], [4]]);
