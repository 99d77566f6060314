/**
 * Heads of the published tasks: what turns a stream's vectors or tokens into answers, and their losses.
 */
export { avqa, avqaLoss, type AvqaSizes, type Answer, type Answered, type Asked, publishedAvqa } from './avqa.ts';
export { binaryCrossEntropy, cmbs, cmbsLoss, type Locate, type Located } from './cmbs.ts';
export { bothWays, type BothWays, type Last, lastState } from './lstm.ts';
export { publishedTemporal, temporal, type TemporalSizes, type Tell, type Told } from './temporal.ts';
