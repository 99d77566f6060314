/**
 * The feature store: what frozen backbones make of media, computed once, kept in a folder, read by every later run.
 */
export { type Catalogue } from './catalogue.ts';
export { type Claim } from './claim.ts';
export { type Collection, type Sealed, type Written } from './collection.ts';
export { collectionKey, type Made, type MadeTensor, sha256, shardName, storeVersion } from './made.ts';
export { damageFault, findingKinds, type Finding, type FindingKind, isDamage, printFinding } from './finding.ts';
export { nodePorts } from './ports.ts';
export { type Plan } from './order.ts';
export { type Batch, reader, type Reader, type ReaderOptions, type Source } from './reader.ts';
export { type Item } from './shard.ts';
export { openStore, readStore, type ReadStore, type Store } from './store.ts';
export { verify, type VerifyOptions } from './verify.ts';
export { type Owner, type Processes, type StoreFiles, type StorePorts } from './system.ts';
