/**
 * Extraction: media and frozen backbones to a store of features.
 */
export { extract, readManifest } from './extract.ts';
export { decodeManifest, type Item as ManifestItem, type Manifest, type Split, splits } from './manifest.ts';
export type { BackboneSource, ExtractOptions, Kept } from './options.ts';
export { placesAt, positionText } from '../variants/backbones.ts';
export { decodeRunManifest, manifestsIn, readRunManifest, type RunItem, type RunManifest } from './record.ts';
export { type FailedItem, type Summary, summaryJson, summaryLines } from './summary.ts';
