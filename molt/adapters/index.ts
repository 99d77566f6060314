/**
 * The rivals of the paper as blocks of the same language, on the same trunks.
 */
export { align, type Aligned, type AlignP } from './align.ts';
export { avmoe, type AvmoeOptions, type AvmoeSizes, type SelfAttention } from './avmoe.ts';
export { batchNorm, type Moments, moments, type Statistics } from './batch-norm.ts';
export { bottleneck, type BottleneckOptions, type BottleneckSizes } from './bottleneck.ts';
export { dgSct, type DgSctOptions } from './dg-sct.ts';
export type { Insert, Inserted, Refine } from './insertion.ts';
export { compressed, found, lavish, lavishAcross, type LavishOptions, type TokenStart } from './lavish.ts';
export { type Lcd, lastLcd, lcd, mti, type Mti, pooledTokens } from './mettle.ts';
