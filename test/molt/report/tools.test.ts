/** What the report draws with: versions, missing packages, pixels. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { base64, frameList, spectrogramRow } from '../../../molt/report/pictures.ts';
import { pngDataUri } from '../../../molt/report/png.ts';
import { importers, loadTools, toolsInstallCommand, toolVersions } from '../../../molt/report/tools.ts';
import { synthetic } from './synthetic.ts';

test('the versions are the ones of package.json', () => {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(devDependencies).toMatchObject(toolVersions);
});

test('a missing package is named, with the command that installs all', async () => {
  const absent = () => Promise.reject(Object.assign(new Error("Cannot find package 'vega-lite'"), { code: 'ERR_MODULE_NOT_FOUND' }));
  expect(await loadTools({ ...importers, 'vega-lite': absent })()).toEqual(
    E.left({ _tag: 'Unsupported', where: 'the report', given: ['vega-lite is not installed'], needed: 'the libraries that draw it', hint: toolsInstallCommand }));
  expect(toolsInstallCommand).toBe('npm install --save-dev vega@6.4.0 vega-lite@6.4.3 pngjs@7.0.0');
  expect(await loadTools({ ...importers, vega: () => Promise.reject(new Error('broken')) })()).toMatchObject(E.left({ _tag: 'Defect', where: 'the report: vega' }));
});

const decoded = (uri: string): PNG => PNG.sync.read(Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64'));

test('pixels come back from the PNG, each as large as it was asked for', () => {
  const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  const picture = decoded(pngDataUri(PNG)({ width: 3, height: 2, rgb }, 2));
  expect([picture.width, picture.height]).toEqual([6, 4]);
  const at = (x: number, y: number): readonly number[] => [...picture.data.subarray(4 * (y * 6 + x), 4 * (y * 6 + x) + 4)];
  expect([at(0, 0), at(1, 1), at(5, 0), at(2, 2), at(5, 3)]).toEqual([[255, 0, 0, 255], [255, 0, 0, 255], [0, 0, 255, 255], [40, 50, 60, 255], [70, 80, 90, 255]]);
});

test('frames are cut at the seconds; the spectrogram has time to the right and high bands at the top', () => {
  const [strip] = synthetic.strips;
  if (strip === undefined) throw new Error('the record has strips');
  const bytes = Uint8Array.from({ length: 2 * 2 * 2 * 3 }, (_, i) => i);
  expect(frameList({ ...strip, frames: { side: 2, bytes: base64(bytes) } }).map(({ width, height, rgb }) => [width, height, ...rgb])).toEqual([[2, 2, ...bytes.slice(0, 12)], [2, 2, ...bytes.slice(12)]]);

  // two seconds of three columns and two bands; loud only in the high band of the last column
  const mel = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200]);
  const { width, height, rgb } = spectrogramRow({ ...strip, spectrogram: { columns: 3, bands: 2, bytes: base64(mel) } });
  expect([width, height]).toEqual([6, 2]);
  const brightness = Array.from({ length: 12 }, (_, i) => (rgb[3 * i] ?? 0) + (rgb[3 * i + 1] ?? 0) + (rgb[3 * i + 2] ?? 0));
  expect(brightness.indexOf(Math.max(...brightness))).toBe(5);
});
