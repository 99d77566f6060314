/**
 * Trees of weights and composition of blocks.
 */
import { after, type Arrow, type Block, block, dot, each, fanIn, type Frozen, frozen, identity, input, instantiate, linear, type LinearP, param, residual, tower } from '../../../dsl/index.ts';
import { dim, type Tensor, vec } from '../../../shapes/index.ts';

const up = linear(dim(8), dim(3));
const down = linear(dim(3), dim(8));
declare const upWeights: LinearP<8, 3>;
// error: Type '3' is not assignable to type '8'.
export const composed = after(up)(up);
// error: Type '3' is not assignable to type '8'.
export const repeated = tower(dim(4))(up);
// error: Type '3' is not assignable to type '8'.
export const added = residual(instantiate(up));
// error: Property 'bais' does not exist on type '{ weight: Tensor<[8, 3], "f32">; bias: Tensor<[3], "f32">; }'.
export const misspelt = block({ weight: param(fanIn(), dim(8), dim(3)), bias: param(fanIn(), dim(3)) }, (p) => p.bais);
// error: Type '3' is not assignable to type '8'.
export const wrongWeight = block({ weight: param(fanIn(), dim(3), dim(8)) }, (p) => (x: Tensor<[4, 8]>) => dot(x, p.weight));
// error: Property 'bias' is missing in type '{ weight: Tensor<[8, 3], "f32">; }' but required in type 'LinearP<8, 3>'.
export const incomplete = up.bind({ weight: upWeights.weight });
// error: Type '8' is not assignable to type '3'.
export const wrongTree = block({ first: up, second: down }, (p) => p.first).bind({ first: upWeights, second: upWeights });
// error: Property 'frozen' is missing in type 'LinearP<8, 3>' but required in type 'Frozen<LinearP<8, 3>>'.
export const thawed = frozen(up).bind(upWeights);
// error: Property 'frozen' is missing in type 'LinearP<8, 3>' but required in type 'Frozen<LinearP<8, 3>>'.
export const trainable: Block<LinearP<8, 3>, Arrow<[8], [3]>> = frozen(up);
declare const ice: Frozen<LinearP<8, 3>>;
// error: Type 'Frozen<LinearP<8, 3>>' is missing the following properties from type 'LinearP<8, 3>': weight, bias
export const bound = up.bind(ice);
// error: Argument of type 'string' is not assignable to parameter of type 'Vec<Dim, Block<unknown, unknown>>'.
// error: Type '8' is not assignable to type '3'.
export const list = each(vec(up, down));
// error: Type '8' is not assignable to type '3'.
export const same: Block<LinearP<8, 8>, Arrow<[8], [8]>> = up;
// error: Type '9' is not assignable to type '8'.
export const applied = instantiate(after(identity<[8]>())(up))(input('x', dim(9)));
