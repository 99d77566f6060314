/**
 * Table: predicted and measured training memory as markdown, and the ratio LAVisH : MoLT that was measured.
 */
import { labelOf, rowOf, shown } from '../table.ts';
import type { MemoryResults, MemoryRow } from './results.ts';

const megabytes = (bytes: number): string => shown(bytes / 1e6);

/** |measured / predicted − 1|; 0 where both are 0 */
const off = (measured: number, predicted: number): number => (measured === predicted ? 0 : Math.abs(measured / predicted - 1));

/** The greatest share by which a row's measures miss their predictions. */
export const missOf = ({ predicted, measured }: MemoryRow): number => Math.max(off(measured.peak, predicted.peak), off(measured.saved, predicted.saved));

/** Engines that run a plan's steps in the plan's order, and free as it says: what is predicted for them must be what they hold. */
export const followsPlan = (engine: string): boolean => engine === 'reference' || engine.startsWith('tfjs-');

/** The most that a row may miss on an engine that follows the plan. */
export const tolerance = 0.05;

const signed = (measured: number, predicted: number): string => {
  const per = 100 * (measured / predicted - 1);
  return !Number.isFinite(per) ? '' : Math.abs(per) < 0.05 ? '0.0 %' : `${per < 0 ? '−' : '+'}${Math.abs(per).toFixed(1)} %`;
};

const line = ({ adapter, trunks, batch, engine, predicted, measured, process }: MemoryRow): string =>
  rowOf(trunks, `B = ${batch}`, adapter, labelOf(engine), megabytes(predicted.peak), megabytes(measured.peak), signed(measured.peak, predicted.peak), megabytes(predicted.saved), megabytes(measured.saved), signed(measured.saved, predicted.saved), megabytes(process.peak - process.before));

/** What was measured of two adapters at the same trunks, batch and engine. */
export interface MemoryRatio {
  readonly trunks: string;
  readonly batch: number;
  readonly engine: string;
  /** LAVisH over MoLT */
  readonly peak: number;
  readonly saved: number;
}

/** LAVisH : MoLT wherever both were measured. */
export const memoryRatios = ({ rows }: MemoryResults): readonly MemoryRatio[] =>
  rows.filter((r) => r.adapter === 'LAVisH').flatMap((lavish) =>
    rows.filter((r) => r.adapter === 'MoLT' && r.trunks === lavish.trunks && r.batch === lavish.batch && r.engine === lavish.engine).map((molt) => (
      { trunks: lavish.trunks, batch: lavish.batch, engine: lavish.engine, peak: lavish.measured.peak / molt.measured.peak, saved: lavish.measured.saved / molt.measured.saved })));

export const memoryTable = (results: MemoryResults): string =>
  [
    `### ${results.case}`, '',
    `${results.about}. ${results.date}, ${results.machine.processor}. Megabytes; equations as written. Held by the engine as it counts itself; process: growth of its resident bytes while the step is compiled and run once. ONNX Runtime orders the steps itself and takes memory in chunks; of PyTorch's greatest bytes only the growth of the process is known, what it saves is autograd's own account.`, '',
    rowOf('trunks', 'size', 'adapter', 'side', 'peak, predicted', 'held', '', 'saved, predicted', 'held', '', 'process'), rowOf(...Array.from({ length: 11 }, () => '---')),
    ...results.rows.map(line),
    ...results.absent.map(({ what, why }) => rowOf(what, '', '', `left out: ${why}`, '', '', '', '', '', '', '')),
    '',
    rowOf('trunks', 'size', 'side', 'LAVisH : MoLT, peak held', 'saved'), rowOf(...Array.from({ length: 5 }, () => '---')),
    ...memoryRatios(results).map((r) => rowOf(r.trunks, `B = ${r.batch}`, labelOf(r.engine), r.peak.toFixed(1), r.saved.toFixed(1))),
    '',
  ].join('\n');
