/**
 * Cost of graphs without running them: weights, multiply-adds, bytes moved, bytes saved for backward, greatest bytes.
 */
export { asPlanned, asWritten, type Cost, type Costed, costOf, type PassWork, peakBytes, type PlanBy } from './cost.ts';
export { countParameters, type ParameterCount, type StateBytes, stateBytes } from './parameters.ts';
export { type Passes, passesOf } from './passes.ts';
export { ownBytes } from './passing.ts';
export { workingBytes } from './resident.ts';
export { type Part, type Saved, savedBytes, savedIn, savedNodes, savedOf, type SavedValue } from './saved.ts';
export { type Decisions, explained, type Explained, type Tally, tallyOf } from './tally.ts';
export { type Moment, worstMoment } from './worst.ts';
export { multiplyAdds, workOf, workRules } from './work.ts';
