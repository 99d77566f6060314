/**
 * The embedded data: the composed event set, the pre-training pools, their front end, their classes and their credits.
 */
export { buildAve, frameSide, instrumentOf, melSide, type AveOptions, type AveSet, type AveSplit, type ClipStory } from './ave.ts';
export { embeddedFrontEnd, frameCount, htsatFrontEnd, logMel, melByte, melBytes, melValue, type LogMelConfig } from './audio/logmel.ts';
export type { Workshop } from './cache.ts';
export { credits, notice, type Credit } from './credits.ts';
export { aveClasses, background, instruments, labelOf, segments, splits, type Instrument, type Split } from './labels.ts';
export { buildAudioPool, buildVisionPool, type AudioPoolOptions, type Pool, type VisionPoolOptions } from './pools.ts';
export { silent, type Progress } from './progress.ts';
export { installCommand, locatePackages, type Installed } from './sources/packages.ts';
