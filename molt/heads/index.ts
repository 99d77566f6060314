/**
 * Heads of the published tasks: what turns a stream's vectors or tokens into answers, and their losses.
 */
export { avqa, avqaLoss, avqaOver, type AvqaSizes, type Answer, type Answered, type Asked, lavishAvqa, noneUnused, pairedAvqaLoss, publishedAvqa, type Unused } from './avqa.ts';
export { avs, type AvsSizes, type ChangeMaps, gated, type Pictured, publishedAvs, type SegmentStages, type Stages } from './avs.ts';
export { allFramesLoss, firstFrameLoss, matchLoss } from './avs-loss.ts';
export { binaryCrossEntropy, cmbs, cmbsLoss, type Locate, type Located } from './cmbs.ts';
export { conv3x3, convolution, type ConvolutionP, type Convolve } from './convolution.ts';
export { injectMaps, type InjectMaps } from './inject.ts';
export { lavishAvs, type LavishAvsSizes, publishedLavishAvs } from './lavish-avs.ts';
export { bothWays, type BothWays, type Last, lastState } from './lstm.ts';
export { masks, type MaskSide, type MaskSizes, publishedMasks, type Segment, type Segmented } from './masks.ts';
export { type Interpolation, type Resize, resize, resizeMatrix, type Twice, twice } from './resize.ts';
export { type Maps, resized, type Scales } from './scales.ts';
export { publishedTemporal, temporal, type TemporalSizes, type Tell, type Told } from './temporal.ts';
