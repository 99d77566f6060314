/**
 * Paths are held within the data folder, links and all.
 */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inside } from '../../../molt/media/index.ts';
import { at, bad, folder, good } from './clips.ts';

mkdirSync(at('data', 'clips'), { recursive: true });
writeFileSync(at('data', 'clips', 'a.mp4'), 'a');
writeFileSync(at('data', '..b.mp4'), 'b');
writeFileSync(at('secret.mp4'), 's');
mkdirSync(at('database'));
writeFileSync(at('database', 'a.mp4'), 'd');
/** links need a right on Windows */
const linked = ((): boolean => {
  try {
    symlinkSync(at('secret.mp4'), at('data', 'out.mp4'));
    symlinkSync(at('data', 'clips', 'a.mp4'), at('data', 'in.mp4'));
    symlinkSync(folder, at('data', 'up'), 'dir');
    symlinkSync(at('data'), at('alias'), 'dir');
    symlinkSync(at('data', 'loop.mp4'), at('data', 'loop.mp4'));
    return true;
  } catch {
    return false;
  }
})();
const real = realpathSync(at('data'));

test.each(['clips/a.mp4', './clips/../clips/a.mp4', 'clips//a.mp4'])('%s lies within', async (path) => {
  expect(good(await inside(at('data'), path)())).toBe(realpathSync(at('data', 'clips', 'a.mp4')));
});

test('a name that begins with dots, the folder itself and absolute paths within it are within', async () => {
  expect(good(await inside(at('data'), '..b.mp4')())).toBe(realpathSync(at('data', '..b.mp4')));
  expect(good(await inside(at('data'), '.')())).toBe(real);
  expect(good(await inside(at('data'), at('data', 'clips', 'a.mp4'))())).toBe(realpathSync(at('data', 'clips', 'a.mp4')));
});

test.each(['../secret.mp4', '..', 'clips/../../secret.mp4', at('secret.mp4'), '../database/a.mp4', '../nowhere.mp4', '/etc/passwd', 'a\0b'])('%j leaves it', async (path) => {
  const fault = bad(await inside(at('data'), path)());
  expect(fault).toMatchObject({ _tag: 'Name', needed: `a path within ${at('data')}` });
});

test.skipIf(!linked)('links are followed (needs the right to make them)', async () => {
  expect(good(await inside(at('data'), 'in.mp4')())).toBe(realpathSync(at('data', 'clips', 'a.mp4')));
  expect(bad(await inside(at('data'), 'out.mp4')())).toMatchObject({ _tag: 'Name', where: 'out.mp4', given: [`a link that leads to ${realpathSync(at('secret.mp4'))}`] });
  expect(bad(await inside(at('data'), 'up/secret.mp4')())._tag).toBe('Name');
  expect(bad(await inside(at('data'), 'loop.mp4')())._tag).toBe('Storage');
});

test.skipIf(!linked)('the data folder may itself be a link (needs the right to make them)', async () => {
  for (const path of ['clips/a.mp4', at('alias', 'clips', 'a.mp4'), at('data', 'clips', 'a.mp4')]) expect(good(await inside(at('alias'), path)())).toBe(realpathSync(at('data', 'clips', 'a.mp4')));
  expect(bad(await inside(at('alias'), '../secret.mp4')())._tag).toBe('Name');
});

test('what is not there is told as such', async () => {
  expect(bad(await inside(at('data'), 'none.mp4')())).toMatchObject({ _tag: 'Name', where: 'none.mp4' });
  expect(bad(await inside(at('no data'), 'none.mp4')())._tag).toBe('Name');
});
