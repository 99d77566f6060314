/**
 * Still pictures of every kind that sharp writes, as RGB; and those that are refused.
 */
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { type Picture, still, type StillPorts } from '../../../molt/media/index.ts';
import { nodeFiles } from '../../../molt/io/system.ts';
import { at, bad, folder, good, save } from './clips.ts';

const [width, height] = [8, 6];
const colours = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 67) % 256);
const noise = Uint8Array.from({ length: 3 * 100 * 100 }, (_, i) => (i * i * 31 + i * 7) % 251);
const rgb = (): Sharp => sharp(colours, { raw: { width, height, channels: 3 } });
const noisy = (): Sharp => sharp(noise, { raw: { width: 100, height: 100, channels: 3 } });
const flat = (side: number, [r, g, b]: readonly [number, number, number]): Sharp => sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } });

const read = async (name: string, made: Sharp): Promise<Picture> => good(await still(save(name, await made.toBuffer()))());
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (v, i) => Math.abs(v - (b[i] ?? NaN))));

test.each([
  ['a.png', rgb().png()],
  ['a.webp', rgb().webp({ lossless: true })],
  ['a.tiff', rgb().tiff({ compression: 'lzw' })],
  ['two.png', rgb().png({ progressive: true })],
  ['a name [page=1], $x ü.png', rgb().png()], // libvips would read options from such a name
])('%s: rows from the top, red, green, blue', async (name, made) => {
  expect(await read(name, made)).toEqual({ width, height, data: colours });
});

test('a JPEG, within what its quantisation leaves', async () => {
  const { data } = await read('a.jpg', rgb().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }));
  expect(furthest(data, colours)).toBeLessThanOrEqual(3);
});

test('one pixel is a picture', async () => {
  expect(await read('one.png', flat(1, [1, 2, 3]).png())).toEqual({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) });
});

test('an embedded profile is not applied: the numbers are those of the file', async () => {
  const made = await rgb().withIccProfile('p3').png().toBuffer();
  const plain = await sharp(made, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
  expect(furthest(plain, colours)).toBeGreaterThan(20); // the file does hold other numbers
  expect(good(await still(save('p3.png', made))()).data).toEqual(new Uint8Array(plain));
});

test('grey is repeated', async () => {
  const grey = Uint8Array.from({ length: width * height }, (_, i) => 5 * i);
  const { data } = await read('grey.png', sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('b-w').png());
  expect(data).toEqual(Uint8Array.from(colours, (_, i) => grey[Math.floor(i / 3)] ?? 0));
});

test('sixteen bits lose their lower eight', async () => {
  const deep = Uint16Array.from({ length: 3 * width * height }, (_, i) => (i * 449) % 65536);
  const made = await sharp(deep, { raw: { width, height, channels: 3 } }).toColourspace('rgb16').png().toBuffer();
  expect((await sharp(made).metadata()).depth).toBe('ushort');
  expect(good(await still(save('deep.png', made))()).data).toEqual(Uint8Array.from(deep, (v) => v >> 8));
});

test('transparency is dropped, not blended', async () => {
  const clear = Uint8Array.from({ length: 4 * width * height }, (_, i) => [200, 100, 50, (5 * i) % 256][i % 4] ?? 0);
  const { data } = await read('clear.png', sharp(clear, { raw: { width, height, channels: 4 } }).png());
  expect(data).toEqual(Uint8Array.from(colours, (_, i) => [200, 100, 50][i % 3] ?? 0));
});

test('four inks become three colours', async () => {
  const made = await flat(16, [200, 50, 20]).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect((await sharp(made).metadata()).channels).toBe(4);
  expect(furthest(good(await still(save('inks.jpg', made))()).data.slice(0, 3), [200, 50, 20])).toBeLessThan(30);
});

test.each([[1, width, height], [3, width, height], [6, height, width], [8, height, width]])('orientation %i is turned upright', async (orientation, w, h) => {
  const upright = await sharp(await rgb().jpeg({ quality: 100 }).toBuffer()).rotate({ 1: 0, 3: 180, 6: 90, 8: 270 }[orientation] ?? 0).raw().toBuffer();
  const picture = await read(`turned${orientation}.jpg`, rgb().withMetadata({ orientation }).jpeg({ quality: 100 }));
  expect(picture).toEqual({ width: w, height: h, data: new Uint8Array(upright) });
});

test('the first frame of an animation', async () => {
  const two = Uint8Array.from({ length: 3 * 16 * 32 }, (_, i) => (i < 3 * 16 * 16 ? 10 : 240));
  const made = await sharp(two, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } }).gif({ delay: [100, 100] }).toBuffer();
  expect((await sharp(made).metadata()).pages).toBe(2);
  expect(good(await still(save('moving.gif', made))())).toEqual({ width: 16, height: 16, data: new Uint8Array(3 * 16 * 16).fill(10) });
});

const png = await noisy().png().toBuffer();
const jpeg = await noisy().jpeg().toBuffer();
const withSides = (w: number, h: number): Uint8Array => {
  const bytes = Uint8Array.from(png);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, w);
  view.setUint32(20, h);
  return bytes;
};

test.each([
  ['cut.jpg', jpeg.subarray(0, jpeg.length >> 1)],
  ['cut a little.jpg', jpeg.subarray(0, jpeg.length - 100)],
  ['cut.png', png.subarray(0, png.length >> 1)],
  ['flipped.png', Uint8Array.from([...png], (v, i) => (i === png.length >> 1 ? v ^ 0x55 : v))],
  ['no sides.png', withSides(0, 0)],
  ['text.png', new TextEncoder().encode('hello')],
  ['empty.png', new Uint8Array(0)],
  ['drawing.svg', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')],
])('%s is a damaged file', async (name, bytes) => {
  const fault = bad(await still(save(name, bytes))());
  expect(fault).toMatchObject({ _tag: 'Corrupt', where: at(name) });
  expect(fault.given.join()).toMatch(/\w{4}/);
});

test('a header of gigapixels is refused by its sizes, before anything is decoded', async () => {
  expect(bad(await still(save('bomb.png', withSides(60_000, 60_000)))())).toMatchObject({
    _tag: 'Memory', where: at('bomb.png'), given: ['60000 × 60000 (3600.0 megapixels)'], needed: 'a picture of at most 64 megapixels',
  });
});

test('no file, a folder, a disk that refuses', async () => {
  expect(bad(await still(at('none.png'))())).toMatchObject({ _tag: 'Name', where: at('none.png') });
  expect(bad(await still(folder)())._tag).toBe('Name');
  const refusing: StillPorts = { files: { ...nodeFiles, readAll: () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })) }, load: () => import('sharp') };
  expect(bad(await still(save('b.png', png), refusing)())._tag).toBe('Storage');
});

test('without sharp: what to install', async () => {
  const without: StillPorts = { files: nodeFiles, load: () => Promise.reject(new Error("Cannot find package 'sharp' imported from here\nstack")) };
  expect(bad(await still(at('a.png'), without)())).toEqual({
    _tag: 'Unsupported', where: 'still pictures', given: ["Cannot find package 'sharp' imported from here"], needed: 'the package sharp, which is optional', hint: 'npm i sharp',
  });
});
