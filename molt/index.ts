/**
 * MoLT: the paper's blocks, frozen trunks, variants, tasks, and training data's front end. Runs in a browser.
 * not:   files, the embedded data, the command line.
 */
export * from './attention.ts';
export * from './backbones/backbone.ts';
export * from './backbones/config.ts';
export * from './backbones/extract.ts';
export { htsat } from './backbones/htsat.ts';
export { stageDims, type StageDims, type StageIndex, type StageShape, stageTap } from './backbones/stage-shape.ts';
export { swinV2 } from './backbones/swinv2.ts';
export * from './backbones/taps.ts';
export * from './ca.ts';
export * from './cda.ts';
export { embeddedFrontEnd, frameCount, htsatFrontEnd, logMel, type LogMelConfig } from './data/audio/logmel.ts';
export * from './fdm.ts';
export * from './loss.ts';
export * from './mix.ts';
export * from './modality.ts';
export * from './molt.ts';
export * from './router.ts';
export type { Learner, TrainBatch } from './tasks/learner.ts';
export * from './td.ts';
export * from './tfm.ts';
export * from './tor.ts';
export { batchOf, type FeatureInput, type FeatureSet } from './train/features.ts';
export { inference, type Inference } from './train/infer.ts';
export { savedBytesPerSample, type Sources, train, type TrainConfig, type Trained, trainOn, type TrainPorts, trainStep } from './train/loop.ts';
export { rateAt, type RateConfig } from './train/schedule.ts';
export { type Asked, type Batches, type BatchSource, inMemory } from './train/source.ts';
export { sourceStatistics, standardised } from './train/standard.ts';
export * from './uda.ts';
export { type Built, type BuiltBatch, buildVariant, type Model, type ModelSizes, withModel } from './variants/build.ts';
export { decodeMolt, decodeVariant, encodeVariant } from './variants/codec.ts';
export { jsonSchema } from './variants/schema.ts';
export { type Adapter, type AdapterKind, type AveHead, type Backbones, type Budgets, type Features, type Fusion as FusionConfig, isMolt, isParallel, type MettleAdapter, type MoltAdapter, moltOnly, type MoltVariant, type ParallelVariant, type Position, type Task, type TaskKind, type Tor, type Training, type Variant, type VariantOf, widthAt } from './variants/variant.ts';
export { learnerFor } from './variants/whole.ts';
