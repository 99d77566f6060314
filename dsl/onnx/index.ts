/**
 * ONNX: plans as ONNX models, for files and for engines that read them.
 */
export { type DynamicBatch, type ExternalData, type OnnxModel, onnxModel, onnxModelOverBatches, type OnnxOptions } from './model.ts';
export type { OnnxLeaf } from './leaves.ts';
export { opset, target } from './rows.ts';
export { adamWStep, type Slot } from './adamw.ts';
