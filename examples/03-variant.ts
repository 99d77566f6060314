/**
 * A variant of MoLT from plain data: exact parameter counts, cost without running, and the graph.
 */
import assert from 'node:assert/strict';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { printFault } from '../shapes/index.ts';
import { countDeclared, multiplyAdds } from '../dsl/index.ts';
import { buildVariant, decodeVariant } from '../molt/index.ts';

const tokens = [{ tokens: 36, channels: 1536 }, { tokens: 36, channels: 1536 }];
const sounds = [{ tokens: 64, channels: 768 }, { tokens: 64, channels: 768 }];
const variant = decodeVariant('paper.json', { schemaVersion: 1, name: 'paper', features: { visual: tokens, audio: sounds }, adapter: { kind: 'molt' } });
assert(isRight(variant));

const built = buildVariant(variant.right);
assert(isRight(built));
assert.equal(countDeclared(built.right.declared.values()).trainable, 114_286_602);

const batch = built.right.outputs(40);
assert.deepEqual(batch.outputs.get('fused.visual')?.sizes, [40, 1536]);
assert(multiplyAdds([batch.objective]) > 1e9);

// A misspelt key is an error that names the nearest one.
const wrong = decodeVariant('typo.json', { schemaVersion: 1, name: 'typo', features: { visual: tokens, audio: sounds }, adapter: { kind: 'molt', tokns: 4 } });
assert(isLeft(wrong));
assert.match(printFault(wrong.left), /tokens/);
