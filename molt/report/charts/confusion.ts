/**
 * The confusion matrix: of every true class, where its segments went.
 */
import type { ConfusionRecord } from '../record.ts';
import type { Chart } from '../tools.ts';
import { heat } from './heat.ts';

export const confusionChart = ({ classes, matrix }: ConfusionRecord): Chart => ({
  alt: `Confusion matrix. ${classes.map((name, i) => `${name}: ${matrix[i]?.[i] ?? 0} of ${(matrix[i] ?? []).reduce((a, b) => a + b, 0)} right`).join('; ')}.`,
  spec: heat({
    rows: classes,
    columns: classes,
    corner: 'truth ↓',
    step: [44, 28],
    cells: classes.flatMap((row, i) => {
      const total = (matrix[i] ?? []).reduce((a, b) => a + b, 0);
      return classes.map((column, j) => {
        const count = matrix[i]?.[j] ?? 0;
        return { row, column, shade: total === 0 ? 0 : count / total, text: count === 0 ? '' : String(count) };
      });
    }),
  }),
});
