/**
 * The rivals of the paper as blocks of the same language, on the same trunks.
 */
export { align, type Aligned, type Alignment, type AlignP } from './align.ts';
export { avmoe, balanceLoss, type AvmoeOptions, type AvmoeSizes, type SelfAttention } from './avmoe.ts';
export { batchNorm } from './batch-norm.ts';
export { bottleneck, type BottleneckOptions, type BottleneckSizes } from './bottleneck.ts';
export { dgSct, type DgSctOptions } from './dg-sct.ts';
export type { Experts, Insert, Inserted, Refine } from './insertion.ts';
export { compressed, found, lavish, lavishAcross, lavishAlone, type LavishOptions, type TokenStart } from './lavish.ts';
export { type Lcd, lastLcd, lcd, mti, type Mti, pooledTokens } from './mettle.ts';
export { inside, type Inside, type Trunks } from './inside.ts';
export { type JointOutput, jointly, onTokens, type Pair, type PairAdapters, type Parts, type TokensInsert, type TokensInserted } from './joint.ts';
export { readout, type Vectors } from './readout.ts';
export { trainingForm, type TrainingForm } from './training-form.ts';
export { type AvmoeAdapter, type DgSctAdapter, type Gate, type InsertedAdapter, insertedAt, type InsertedOptions, type LavishAdapter, type LavishMode, type PlaceSizes, publishedAdapters } from './rival.ts';
