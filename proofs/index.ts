/**
 * Proofs: laws as data, and what runs them; for the language's own parts and for blocks of one's own.
 * idea:  a family takes a subject (or many, at drawn sizes) and returns laws; `checkLaws` returns reports; `sound` is what a test
 *        asserts. Each law carries mutants of the subject that it must reject.
 * not:   laws about MoLT's blocks (`molt/proofs/molt`); engines other than the reference (give a backend to `engineOf`).
 *
 * A block of one's own, and a wrong one that is caught: it weighs the tokens by a softmax over the queries.
 * @example
 * import assert from 'node:assert';
 * import fc from 'fast-check';
 * import { block, einsum, fanIn, instantiate, type Node, param, softmax } from 'molt/dsl';
 * import { batchIndependence, checkLaws, convexHull, given, gradientMatchesDifferences, onNodes, permutationInvariance, sound, type Subject } from 'molt/proofs';
 * import { dim, type Dim, type Tensor } from 'molt/shapes';
 *
 * // two queries, each a weighted mean of the N tokens: [B, N, 3] → [B, 2, 3]
 * const pool = block({ query: param(fanIn(), dim(3), dim(2)) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>) =>
 *   einsum('b q n, b n d -> b q d')(softmax(einsum('b n d, d q -> b q n')(x, p.query)), x));
 * const wrongPool = block({ query: param(fanIn(), dim(3), dim(2)) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>) =>
 *   einsum('b n q, b n d -> b q d')(softmax(einsum('b n d, d q -> b n q')(x, p.query)), x));
 *
 * // at any batch and any number of tokens; the tokens themselves are the second output, the corners of the hull
 * const subjects = (f: (x: Node) => Node) => fc.record({ b: fc.constantFrom(2, 3), n: fc.constantFrom(1, 2, 3) }).map(({ b, n }): Subject => ({
 *   inputs: [given([b, n, 3])],
 *   apply: (...xs) => [...xs.map(f), ...xs],
 * }));
 * const laws = (f: (x: Node) => Node) => {
 *   const s = subjects(f);
 *   const pooled = s.map((one) => ({ ...one, apply: (...xs: readonly Node[]) => one.apply(...xs).slice(0, 1) }));
 *   return [convexHull(s), permutationInvariance(pooled, 0, 1), ...batchIndependence(pooled), gradientMatchesDifferences(pooled)];
 * };
 * const good = await checkLaws(laws(onNodes(instantiate(pool))), { seed: 1, runs: 50 })();
 * assert.ok(good.every(sound));
 * const bad = await checkLaws(laws(onNodes(instantiate(wrongPool))), { seed: 1, runs: 50 })();
 * assert.deepStrictEqual(bad.filter((report) => report.result._tag === 'Broken').map((report) => report.id), ['hull']);
 */
export * from './arbitraries/domains.ts';
export { einsums, emptyEinsums } from './arbitraries/einsums.ts';
export { type Program as RandomProgram, programs } from './arbitraries/graphs.ts';
export { chains } from './arbitraries/chains.ts';
export { letters, several, size, sizesOf, stretching } from './arbitraries/sizes.ts';
export type { AutomaticLaw } from './claims/automatic.ts';
export { claim, claimAt } from './claims/claim.ts';
export type { Claims, InputOf, Made } from './claims/made.ts';
export { type Claimed, type Costed, type Finding, isClaimed, type Proof, type ProveOptions, type Skipped } from './claims/claimed.ts';
export type { Letters } from './claims/sizes.ts';
export type { Statement } from './claims/statement.ts';
export { close, type Counter, every, finite, must, printCounter, type Verdict } from './counter.ts';
export { agreementLaws, agrees, tolerances } from './dsl/agrees.ts';
export { blockLaws, type Naming } from './dsl/block.ts';
export { costLaws, holdsAsPredicted, handedOver, plannedStep, type Predict, type Step as TrainingStep, stepOf } from './dsl/cost.ts';
export { type Between, betweenIn, heldIn, peakOf, type PlannedStep } from './dsl/ballast.ts';
export { type Freeze, frozenLaws, type Learner, ownFrozenLaws } from './dsl/frozen.ts';
export { contractLaws } from './dsl/contract.ts';
export { decompositions, fusedLaws } from './dsl/fused.ts';
export { gradientCases, ownGradientLaws, primitiveGradientLaws } from './dsl/gradient.ts';
export { checkLaws as checkerLaws, closingLaws, graphLaws, printLaws } from './dsl/graph.ts';
export { graphSubjects, lowerLaws } from './dsl/lower.ts';
export { partLaws } from './dsl/parts.ts';
export { planLaws } from './dsl/plan.ts';
export { mapDomains, primitives, primitiveSubjects, zipDomains } from './dsl/primitives.ts';
export { type Random, randomLaws } from './dsl/random.ts';
export { anyGraphs, randomGraphLaws, trainingStep } from './dsl/random-graphs.ts';
export { type Codec, safetensorsLaws } from './dsl/safetensors.ts';
export { residentLaws } from './dsl/residents.ts';
export { type Schedule, scheduleLaws } from './dsl/schedule.ts';
export { type Rule, shapeLaws } from './dsl/shapes.ts';
export { leftSides, type Simplify, simplifierLaws, simplifyLaws } from './dsl/simplify.ts';
export { alongLast, ownSoftmaxLaws, softmaxLaws } from './dsl/softmax.ts';
export { type Engine, engineOf, meaning, prepare, valuesOf } from './engine.ts';
export { aboutSubjects, answering, answeringWith, type Equation, equation, feeding, insteadOf, nothing } from './families/about.ts';
export { batchIndependence } from './families/batch.ts';
export { type Rewrite, rewriteKeepsValues } from './families/compiled.ts';
export { type Differentiate, gradientLaws, gradientMatchesDifferences } from './families/differences.ts';
export { convexHull } from './families/hull.ts';
export { permutation, permutationEquivariance, permutationInvariance, type Symmetry } from './families/permutation.ts';
export { onSimplex, type SimplexOptions } from './families/simplex.ts';
export { type Claim, type Family, inherit, law, type Law, type Mutant, type Tier, type Trial, under } from './law.ts';
export { checkLaw, checkLaws, type MutantResult, printReport, type Report, type Result, type RunOptions, sound } from './run.ts';
export { bindAll, bindSubject, blockSubject, given, type Given, givenIds, givenMask, inputsOf, onNodes, rootsOf, seeds, type Subject, subjectOf, type Subjects } from './subject.ts';
