/**
 * The laws of the language on its meaning: graphs, shapes, lowering, schedules; and that the reference agrees with itself.
 */
import { reference } from '../../../dsl/backends/reference/index.ts';
import { agreementLaws } from '../../../proofs/dsl/agrees.ts';
import { contractLaws } from '../../../proofs/dsl/contract.ts';
import { graphLaws } from '../../../proofs/dsl/graph.ts';
import { lowerLaws } from '../../../proofs/dsl/lower.ts';
import { planLaws } from '../../../proofs/dsl/plan.ts';
import { scheduleLaws } from '../../../proofs/dsl/schedule.ts';
import { shapeLaws } from '../../../proofs/dsl/shapes.ts';
import { testLaws } from '../sound.ts';

testLaws([...graphLaws(), ...shapeLaws(), ...lowerLaws(), ...contractLaws(), ...planLaws(), ...scheduleLaws(), ...agreementLaws(reference)], 200);
