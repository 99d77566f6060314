/** Our product kernel: for every small size, any strides of the left operand, with and without a copy of the right one. */
import { expect, test } from 'vitest';
import { productOn } from '../../../dsl/backends/tfjs/kernel.ts';

const memory = new WebAssembly.Memory({ initial: 4 });
const product = productOn(memory);
const all = new Float32Array(memory.buffer);
/** places in numbers */
const [left, right, out, scratch] = [1000, 15000, 30000, 50000];
const numberAt = (i: number): number => ((i * 7919) % 13) - 6;

const wanted = (i: number, j: number, at: number, m: number, k: number, n: number, transposed: boolean): number => {
  let sum = 0;
  for (let p = 0; p < k; p += 1) sum += (all[left + at * m * k + (transposed ? p * m + i : i * k + p)] ?? NaN) * (all[right + at * k * n + p * n + j] ?? NaN);
  return sum;
};

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33, 47];
test.each([1, 3])('batches of %i', (batch) => {
  all.forEach((_, i) => { all[i] = numberAt(i); });
  for (const m of [1, 2, 3, 4, 5, 8, 9])
    for (const k of [1, 2, 5])
      for (const n of sizes)
        for (const transposed of [false, true])
          for (const copied of [false, true]) {
            const last = out + batch * m * n;
            all[last] = 77;
            product(4 * left, 4 * right, 4 * out, batch, m, k, n, transposed ? 4 : 4 * k, transposed ? 4 * m : 4, 4 * m * k, copied ? 4 * scratch : 0);
            const found: number[] = [];
            const meant: number[] = [];
            for (let at = 0; at < batch; at += 1)
              for (let i = 0; i < m; i += 1)
                for (let j = 0; j < n; j += 1) {
                  found.push(all[out + (at * m + i) * n + j] ?? NaN);
                  meant.push(wanted(i, j, at, m, k, n, transposed));
                }
            // small integers: sums are exact
            expect({ m, k, n, transposed, copied, found, beyond: all[last] }).toEqual({ m, k, n, transposed, copied, found: meant, beyond: 77 });
          }
});
