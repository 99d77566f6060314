/**
 * The table of methods, as rows of text: for the terminal, and cell by cell for the page.
 */
import { bytes, grouped, plusMinus, seconds, testAccuracy } from './numbers.ts';
import type { DemoRecord } from './record.ts';
import { rankingReading, rivalHead, rivalRows } from './rivals.ts';

/** Columns after the first lean right. */
export const tableHead: readonly string[] = ['method', 'test accuracy, %', 'trainable parameters', 'saved per sample', 'time per epoch'];

/** One row a method, in the order of the record. */
export const tableRows = (record: DemoRecord): readonly (readonly string[])[] =>
  record.methods.map((method) => [
    method.label, plusMinus(testAccuracy(method)), grouped(method.trainableParameters), bytes(method.savedBytesPerSample), seconds(method.secondsPerEpoch),
  ]);

/**
 * The table for stdout: accuracy as mean ± sample standard deviation over the seeds in %, trainable parameters, bytes of saved
 * activations a sample, median seconds an epoch; for rivals what the report's table of them says, and what follows for the published
 * ranking. Ends with a line break; no line ends in a blank.
 */
export const tableText = (record: DemoRecord): string => {
  const head = record.rivals === undefined ? tableHead : rivalHead(false);
  const rows = [head, ...(record.rivals === undefined ? tableRows(record) : rivalRows(record, false))];
  const widths = head.map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  const line = (row: readonly string[]): string => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  ').trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const foot = `mean ± standard deviation over ${record.seeds.length === 1 ? 'one seed' : `${record.seeds.length} seeds`} (${record.seeds.join(', ')}); ${record.data.clips.test} test clips of ${record.data.segments} segments`;
  const said = record.rivals === undefined ? [] : [rankingReading(record, record.rivals)];
  return `${[line(head), rule, ...rows.slice(1).map(line), rule, foot, ...said].join('\n')}\n`;
};
