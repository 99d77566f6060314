/**
 * The operations of the language: ordinary functions over primitives, typed by the shapes of `molt/shapes`.
 */
export * from './broadcast.ts';
export * from './contract.ts';
export * from './elementwise.ts';
export * from './indexing.ts';
export * from './join.ts';
export * from './layout.ts';
export * from './leaves.ts';
export * from './mask.ts';
export * from './normalize.ts';
