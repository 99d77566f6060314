/**
 * Laws about MoLT's blocks, each applicable to a block of one's own that should behave like one of them.
 * idea:  `tdLaws(subjects)` are the laws, `ownTdLaws()` the same about ours; `moltLaws()` are all of ours.
 * not:   the language's own laws (`molt/proofs`).
 */
import { type Engine, meaning } from '../engine.ts';
import type { Law } from '../law.ts';
import { ownInsertLaws } from './adapters.ts';
import { ownAttentionLaws } from './attention.ts';
import { ownBatchNormLaws } from './batch-norm.ts';
import { ownCaLaws } from './ca.ts';
import { ownCdaLaws } from './cda.ts';
import { ownFdmLaws } from './fdm.ts';
import { ownMettleLaws } from './mettle.ts';
import { ownRouterLaws } from './router.ts';
import { ownTdLaws } from './td.ts';
import { ownTfmLaws } from './tfm.ts';
import { ownTorLaws } from './tor.ts';
import { ownUdaLaws } from './uda.ts';
import { trunkLaws, wholeLaws } from './whole.ts';

export { ownInsertLaws } from './adapters.ts';
export { attentionLaws, ownAttentionLaws } from './attention.ts';
export { ownBatchNormLaws } from './batch-norm.ts';
export { caLaws, ownCaLaws } from './ca.ts';
export { cdaLaws, cdas, type Crossed, ownCdaLaws } from './cda.ts';
export { fdmLaws, ownFdmLaws, type Routed } from './fdm.ts';
export { ownMettleLaws } from './mettle.ts';
export { ownRouterLaws, routerLaws } from './router.ts';
export { cas, pooledUdas, routers, tdHeads, tds, tors, udas } from './subjects.ts';
export { ownTdLaws, tdHeadLaws, tdLaws } from './td.ts';
export { fusionSubject, ownTfmLaws, tfmLaws } from './tfm.ts';
export { ownTorLaws, torLaws } from './tor.ts';
export { ownUdaLaws, pooledUdaLaws, udaLaws } from './uda.ts';
export { type VariantFamily, type VariantLaws, variantLaws } from './variant.ts';
export { moltGradients, moltOutputs, trunkLaws, variants, wholeLaws } from './whole.ts';

/** Every law of the rivals' adapters, about ours. */
export const adapterLaws = (engine: Engine = meaning): readonly Law[] => [...ownInsertLaws(engine), ...ownBatchNormLaws(engine), ...ownMettleLaws(engine)];

/** Every law of the paper's blocks, and of MoLT as a whole, about ours. */
export const moltLaws = (engine: Engine = meaning): readonly Law[] => [
  ...ownAttentionLaws(engine), ...ownTdLaws(engine), ...ownUdaLaws(engine), ...ownCaLaws(engine), ...ownCdaLaws(engine), ...ownRouterLaws(engine),
  ...ownFdmLaws(engine), ...ownTfmLaws(engine), ...ownTorLaws(engine), ...wholeLaws(engine), ...trunkLaws(),
];
