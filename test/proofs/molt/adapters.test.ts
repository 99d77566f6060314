/**
 * The laws of the rivals' adapters: in double precision, and a few samples of them in single precision.
 */
import { describe, test } from 'vitest';
import type { Law } from '../../../proofs/law.ts';
import { adapterLaws } from '../../../proofs/molt/index.ts';
import { ortEngine } from '../ort.ts';
import { testLaws, tfjsEngine } from '../sound.ts';

const isGradient = ({ id }: Law): boolean => id.endsWith('.gradient');
testLaws(adapterLaws().filter((law) => !isGradient(law)), 14);
testLaws(adapterLaws().filter(isGradient), 4);

describe('tfjs-wasm', async () => {
  // differences are about graphs, not engines
  testLaws(adapterLaws(await tfjsEngine('wasm')).filter(({ id }) => /^(lavish\.across\.(own|other)|dg-sct\.(simplex|unguided)|avmoe\.(oneHot|closed)|batchNorm\.(training|moments|given)|lcd\.tokens|mti\.closed)$/.test(id)), 8);
});

describe('ort-node', async () => {
  const engine = await ortEngine('ort-node');
  if (engine === undefined) return test.skip('is not installed', () => undefined);
  return testLaws(adapterLaws(engine).filter(({ id }) => /\.(own|closed|oneHot|given|tokens)$/.test(id)), 4);
});
