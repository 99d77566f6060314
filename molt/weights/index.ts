/**
 * Weights: trunks by name or file, and their published weights by path, in any layout in use.
 */
export { backboneNamed, decodeBackbone, type NamedBackbone } from './config.ts';
export { type LoadedBackbone, type LoadPorts, loadWeights } from './load.ts';
export { type Layout, type LayoutName, layoutNames, layouts, storedAs } from './layouts.ts';
export { conversion } from './pickle.ts';
export { loadBackbone, weightsFile } from './tiny.ts';
