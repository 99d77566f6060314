/**
 * ONNX: plans as ONNX models, for files and for engines that read them.
 */
export { type ExternalData, type OnnxModel, onnxModel, type OnnxOptions } from './model.ts';
export type { OnnxLeaf } from './leaves.ts';
export { opset } from './rows.ts';
