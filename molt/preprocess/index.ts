/**
 * Preprocessing: decoded pictures and sound to what published trunks take, as each published setting does it. Pure; runs in a browser.
 * not:   decoding of files, which is molt/media's.
 */
export { bicubicTaps, resized, type Taps } from './bicubic.ts';
export { fbankOf, fbankPlan, windowsOf } from './fbank.ts';
export { chosenFrames } from './frames.ts';
export { type Inputs, inputsOf } from './inputs.ts';
export { kaldiBank, type KaldiConfig, kaldiDefaults, kaldiFbank, kaldiFrames, type KaldiWindow } from './kaldi.ts';
export { integersBetween } from './linspace.ts';
export { type FrontEndName, frontEnds, logmelOf, type LogMelPlan, logmelPlan } from './logmel.ts';
export { type Frame, leastSide, pixelsOf } from './pixels.ts';
export * from './setting.ts';
export { chosenSeconds, heard, secondOf, type Segments, tiled } from './sound.ts';
