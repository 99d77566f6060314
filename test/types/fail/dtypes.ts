/**
 * Numbers, masks and indices are different: arithmetic takes f32, a mask is a mask, an index knows what it indexes.
 */
import { add, crossEntropy, embed, inputIndices, inputMask, input, oneHot, softmax, where, argmax } from '../../../dsl/index.ts';
import { dim } from '../../../shapes/index.ts';

const x = input('x', dim('B', 4), dim(8));
const mask = inputMask('mask', dim('B', 4), dim(8));
const keys = inputMask('keys', dim('B', 4), dim(6));
// error: Type '"bool"' is not assignable to type '"f32"'.
export const sum = add(x, mask);
// error: Type '"bool"' is not assignable to type '"f32"'.
export const soft = softmax(mask);
// error: Type '"f32"' is not assignable to type '"bool"'.
export const chosen = where(x, x, x);
// error: Type '8' is not assignable to type '6'.
export const query = where(keys, x, x);

const table = input('table', dim(30), dim(8));
const words = inputIndices('words', dim(31), dim('B', 4));
// error: Type '31' is not assignable to type '30'.
export const embedded = embed(table, words);
// error: Type 'string' is not assignable to type 'Ix<30>'.
export const numbers = embed(table, input('n', dim('B', 4)));

const logits = input('logits', dim('B', 4), dim(29));
const labels = inputIndices('labels', dim(28), dim('B', 4));
// error: Type '28' is not assignable to type '29'.
export const loss = crossEntropy(logits, labels);
// error: Type '29' is not assignable to type '28'.
export const hot = oneHot(dim(28))(argmax(logits));
