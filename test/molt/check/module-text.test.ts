/** Places in modules: exports and the keys of plain objects are found; what only looks like code is not. */
import { expect, test } from 'vitest';
import { isModuleFile, modulePlaces, type Placed, placesOfModule } from '../../../molt/check/index.ts';

const text = `// export const ghost = 1;
/* export const ghost = 2;
   export default 3; */
import { a } from 'a';
const quoted = 'export const ghost = 4; // ', template = \`
export const ghost = 5;
\`, regex = /export const ghost = '/;
export const name = 'a name: {';
export const budgets: Budgets = {
  ...common, // peakBytes: 1
  trainableParameters: 6, 'savedBytesPerSample': sum([1, 2], { peakBytes: 3 }),
  multiplyAdds,
  exportedBytes: 1_000 *
    4,
} as const satisfies Budgets;
export const arrow = (x = { peakBytes: 1 }) => ({ x });
export async function later() {}
export { a, template as text };
export default claim(a, { inputs: [] });
`;

const lines = text.split('\n');
const cut = ({ line, column, endLine, endColumn }: Placed['value']): string =>
  line === endLine ? (lines[line - 1] ?? '').slice(column - 1, endColumn - 1) : [(lines[line - 1] ?? '').slice(column - 1), ...lines.slice(line, endLine - 1), (lines[endLine - 1] ?? '').slice(0, endColumn - 1)].join('\n');

test('exports and keys, each with its key and its value', () => {
  const found = [...modulePlaces(text)].map(([pointer, { key, value }]) => [pointer, key === null ? null : cut(key), cut(value)]);
  expect(found).toEqual([
    ['/name', 'name', 'name'],
    ['/budgets', 'budgets', 'budgets'],
    ['/budgets/trainableParameters', 'trainableParameters', '6'],
    ['/budgets/savedBytesPerSample', "'savedBytesPerSample'", 'sum([1, 2], { peakBytes: 3 })'],
    ['/budgets/exportedBytes', 'exportedBytes', '1_000 *\n    4'],
    ['/arrow', 'arrow', 'arrow'],
    ['/later', 'later', 'later'],
    ['/default', 'default', 'default'],
    ['/a', 'a', 'a'],
    ['/text', 'text', 'text'],
  ]);
});

test('what is not there is told at the nearest thing around it', () => {
  const places = placesOfModule('m.ts', text);
  expect(places.value(['budgets', 'multiplyAdds'])).toMatchObject({ file: 'm.ts', path: 'budgets.multiplyAdds', line: 9, column: 14 });
  expect(places.key(['nowhere'])).toMatchObject({ line: 1, column: 1 });
  expect(modulePlaces('').size).toBe(0);
  expect(modulePlaces('export const a = {').size).toBe(1);
  expect(modulePlaces("export const a = { b: '").size).toBe(2);
});

test('which files are modules', () => {
  expect(['a.ts', 'a.mts', 'a.tsx', 'a.js', 'a.mjs', 'a.cjs', 'a.jsx'].filter((file) => !isModuleFile(file))).toEqual([]);
  expect(['a.json', 'a.cts', 'ts', 'a.ts.json', 'a.d'].filter(isModuleFile)).toEqual([]);
});
