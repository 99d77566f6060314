/**
 * Random graphs: what the whole planner must keep, on as many graphs as one has patience for.
 *   1. planned = unplanned: programs over all primitives, regions of contractions, and the training steps of both
 *   2. the peak that the plan predicts is the peak that a backend measures, nothing is left behind, and again gives the same
 *   3. what a training step is predicted to keep between its passes is what a run keeps
 * idea:  the same laws as everywhere, gathered for `tools/random-graphs.mjs`, which runs them ten thousand times.
 */
import fc from 'fast-check';
import { type Backend, type Node, planOf } from '../../dsl/index.ts';
import { chains } from '../arbitraries/chains.ts';
import { meaning } from '../engine.ts';
import { brokenProducts, rewriteKeepsValues } from '../families/compiled.ts';
import { type Law, under } from '../law.ts';
import type { Subject, Subjects } from '../subject.ts';
import { costLaws, stepOf } from './cost.ts';
import { graphSubjects } from './lower.ts';
import { scheduleLaws } from './schedule.ts';

/** A training step of a subject: its loss and gradients. */
export const trainingStep = (subject: Subject): Subject => ({ ...subject, apply: (...xs) => stepOf(subject.apply(...xs)).roots });

/** Programs over all primitives, and regions of contractions, each as it is or as a training step. */
export const anyGraphs: Subjects = fc.oneof({ weight: 3, arbitrary: graphSubjects(20) }, { weight: 1, arbitrary: chains }, { weight: 1, arbitrary: fc.oneof(graphSubjects(), chains).map(trainingStep) });

const outputs = (roots: readonly Node[]): readonly Node[] => planOf(roots).outputs;

/** The laws of planning, on random graphs. `backend`: where bytes are measured. */
export const randomGraphLaws = (backend: Backend = meaning.backend): readonly Law[] => [
  ...under('planned')([rewriteKeepsValues(anyGraphs, outputs, brokenProducts)]),
  ...under(`planned.${backend.name}`)(scheduleLaws(backend, (roots) => planOf(roots, backend.target === undefined ? {} : { target: backend.target })).filter(({ id }) => id.startsWith('schedule.'))),
  ...under(`planned.${backend.name}`)(costLaws(backend)),
];
