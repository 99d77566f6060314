/**
 * Frames of real videos, made on the spot: how many, what they show, what is refused.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachFrame, type Ffmpeg, type FrameOptions, mostPixels, type Picture } from '../../../molt/media/index.ts';
import { fault, raise } from '../../../shapes/fault.ts';
import { at, bad, clip, cutTo, folder, good, make, save, source, withFfmpeg } from './clips.ts';

const all = async (ffmpeg: Ffmpeg, path: string, options: FrameOptions = {}): Promise<readonly Picture[]> => {
  const pictures: Picture[] = [];
  const count = good(await eachFrame(ffmpeg, path, options, (picture, index) => {
    expect(index).toBe(pictures.length);
    pictures.push(picture);
  })());
  expect(count).toBe(pictures.length);
  return pictures;
};

const refused = async (ffmpeg: Ffmpeg, path: string, options: FrameOptions = {}): Promise<ReturnType<typeof fault>> => bad(await eachFrame(ffmpeg, path, options, () => {})());

/** The mean colour of a rectangle. */
const colourAt = ({ width, data }: Picture, x: number, y: number): readonly number[] => [0, 1, 2].map((c) => data[3 * (y * width + x) + c] ?? NaN);
const near = (a: readonly number[], b: readonly number[], by: number): void => a.forEach((v, i) => expect(Math.abs(v - (b[i] ?? NaN))).toBeLessThanOrEqual(by));

withFfmpeg('ten seconds at one frame a second are ten frames, in MP4, Matroska and AVI', async (ffmpeg) => {
  const film = make(ffmpeg, 'ten.mp4', ...clip(), '-t', '10');
  for (const path of [film, make(ffmpeg, 'ten.mkv', '-i', film, '-c', 'copy'), make(ffmpeg, 'ten.avi', '-i', film, '-c:v', 'mpeg4', '-c:a', 'mp2')]) {
    const pictures = await all(ffmpeg, path, { perSecond: 1, seconds: 10 });
    expect(pictures.map(({ width, height, data }) => [width, height, data.length])).toEqual(Array.from({ length: 10 }, () => [64, 48, 64 * 48 * 3]));
  }
});

withFfmpeg('every frame once where no rate is asked for, of a constant and of a changing rate', async (ffmpeg) => {
  expect(await all(ffmpeg, make(ffmpeg, 'rate.mp4', ...source('testsrc=size=32x32:rate=30:duration=2')))).toHaveLength(60);
  // frames 0 … 29 at 30 a second, then five more a second apart
  const uneven = make(ffmpeg, 'uneven.mkv', ...source('testsrc=size=32x32:rate=30:duration=2'), '-vf', "trim=end_frame=35,setpts='if(lt(N,30),N/30,N-29)/TB'", '-vsync', 'vfr', '-c:v', 'ffv1');
  expect(await all(ffmpeg, uneven)).toHaveLength(35);
});

withFfmpeg('the first seconds, at most so many frames, more frames than there are', async (ffmpeg) => {
  const path = make(ffmpeg, 'five.mp4', ...source('testsrc=size=32x32:rate=10:duration=5'));
  expect(await all(ffmpeg, path, { perSecond: 2, seconds: 3 })).toHaveLength(6);
  expect(await all(ffmpeg, path, { seconds: 3 })).toHaveLength(30);
  expect(await all(ffmpeg, path, { most: 7 })).toHaveLength(7);
  expect(await all(ffmpeg, path, { perSecond: 20 })).toHaveLength(100);
  expect(await all(ffmpeg, path, { perSecond: 1, seconds: 60 })).toHaveLength(5);
  expect(await all(ffmpeg, path, { perSecond: 0.5 })).toHaveLength(3);
});

withFfmpeg('a lossless video in RGB gives its very numbers, frame by frame', async (ffmpeg) => {
  const path = make(ffmpeg, 'exact.mkv', ...source('testsrc=size=31x17:rate=5:duration=2'), '-c:v', 'ffv1', '-pix_fmt', 'bgr0');
  const raw = make(ffmpeg, 'exact.raw', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24');
  const pictures = await all(ffmpeg, path);
  expect(Buffer.concat(pictures.map(({ data }) => data)).equals(readFileSync(raw))).toBe(true);
  expect(pictures).toHaveLength(10);
});

withFfmpeg('known colours come back through H.264, by the matrix that the video names', async (ffmpeg) => {
  const bars = ['red', 'lime', 'blue', '0x20A0E0'].map((colour, i) => `color=${colour}:size=64x32:rate=5:duration=1[c${i}]`).join(';');
  const known = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [32, 160, 224]];
  for (const [name, matrix, tag] of [['bt601', 'bt601', 'smpte170m'], ['bt709', 'bt709', 'bt709']] as const) {
    const path = make(ffmpeg, `${name}.mp4`, '-filter_complex', `${bars};[c0][c1][c2][c3]vstack=inputs=4,format=gbrp,scale=out_color_matrix=${matrix},format=yuv420p`, '-colorspace', tag, '-c:v', 'libx264', '-crf', '1');
    const [first] = await all(ffmpeg, path, { perSecond: 1 });
    if (first === undefined) throw new Error('no frame');
    known.forEach((colour, i) => near(colourAt(first, 32, 32 * i + 16), colour, 4));
  }
});

withFfmpeg('a time of its own for each frame: at one frame a second, the middle second shows its colour', async (ffmpeg) => {
  const colours = ['red', 'lime', 'blue'].map((colour, i) => `color=${colour}:size=32x32:rate=10:duration=2[c${i}]`).join(';');
  const path = make(ffmpeg, 'turns.mp4', '-filter_complex', `${colours};[c0][c1][c2]concat=n=3`, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
  const pictures = await all(ffmpeg, path, { perSecond: 1 });
  expect(pictures.map((p) => colourAt(p, 16, 16).indexOf(Math.max(...colourAt(p, 16, 16))))).toEqual([0, 0, 1, 1, 2, 2]);
});

withFfmpeg('a video that says it is turned is turned', async (ffmpeg) => {
  const flat = make(ffmpeg, 'lying.mp4', '-filter_complex', 'color=red:size=64x32:rate=5:duration=1[a];color=blue:size=64x32:rate=5:duration=1[b];[a][b]vstack,crop=64:48:0:0', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
  // the matrix of the track's header, as a telephone writes it that was held upright: a quarter turn clockwise
  const bytes = readFileSync(flat);
  const matrix = bytes.indexOf('tkhd') + 44;
  [0, 65536, 0, -65536, 0, 0, 48 * 65536, 0, 2 ** 30].forEach((v, i) => bytes.writeInt32BE(v, matrix + 4 * i));
  const [a] = await all(ffmpeg, flat, { most: 1 });
  const [b] = await all(ffmpeg, save('upright.mp4', bytes), { most: 1 });
  if (a === undefined || b === undefined) throw new Error('no frame');
  expect([a.width, a.height, b.width, b.height]).toEqual([64, 48, 48, 64]);
  near(colourAt(b, 4, 32), colourAt(a, 32, 44), 3); // the lower edge is now the left one
  near(colourAt(b, 44, 32), colourAt(a, 32, 4), 3);
  near(colourAt(a, 32, 44), [0, 0, 255], 6);
});

withFfmpeg('names that look like options, protocols or patterns', async (ffmpeg) => {
  const film = make(ffmpeg, 'plain.mp4', ...source('testsrc=size=16x16:rate=5:duration=1'));
  mkdirSync(at('odd'), { recursive: true });
  for (const name of ['-i.mp4', 'concat:a|b.mp4', '%03d.mp4', "it's [0:v], ü $HOME.mp4", 'http:x.mp4'].filter((n) => process.platform !== 'win32' || !/[:|]/.test(n))) {
    copyFileSync(film, at('odd', name));
    expect(await all(ffmpeg, at('odd', name), { perSecond: 1 })).toHaveLength(1);
  }
});

withFfmpeg('a film that was cut is told as such, at either end of its index and however little is missing', async (ffmpeg) => {
  const late = make(ffmpeg, 'late.mp4', ...clip(4));
  const early = make(ffmpeg, 'early.mp4', '-i', late, '-c', 'copy', '-movflags', '+faststart');
  const mkv = make(ffmpeg, 'late.mkv', '-i', late, '-c', 'copy');
  for (const [i, path] of [cutTo(late, 'a.mp4', 0.5), cutTo(early, 'b.mp4', 0.5), cutTo(early, 'c.mp4', readFileSync(early).length - 40), cutTo(mkv, 'd.mkv', 0.6)].entries()) {
    const why = await refused(ffmpeg, path, { perSecond: 1 });
    expect(why).toMatchObject({ _tag: 'Corrupt', where: path, needed: 'a whole file' });
    expect(why.given.join()).toMatch([/part of it \(mdat\)/, /part of it \(mdat\)/, /: 40 bytes are missing/, /\(Segment\)/][i] ?? /$^/);
  }
});

withFfmpeg('damage in the middle is not concealed', async (ffmpeg) => {
  const path = make(ffmpeg, 'sound.mp4', ...source('testsrc=size=128x96:rate=25:duration=4'), '-c:v', 'libx264', '-preset', 'ultrafast', '-movflags', '+faststart');
  const bytes = readFileSync(path);
  for (let i = bytes.length >> 1; i < (bytes.length >> 1) + 400; i++) bytes[i] = (bytes[i] ?? 0) ^ 0xa5;
  writeFileSync(at('damaged.mp4'), bytes);
  expect(await refused(ffmpeg, at('damaged.mp4'))).toMatchObject({ _tag: 'Corrupt', where: at('damaged.mp4') });
});

withFfmpeg('no video: a sound file, a cover picture, a film without pictures', async (ffmpeg) => {
  const cover = make(ffmpeg, 'cover.png', ...source('testsrc=size=32x32:rate=1:duration=1'), '-frames:v', '1');
  const sound = make(ffmpeg, 'tone.mp3', ...source('sine=duration=1'));
  const song = make(ffmpeg, 'song.mp3', '-i', sound, '-i', cover, '-map', '0', '-map', '1', '-c', 'copy', '-id3v2_version', '3', '-disposition:v', 'attached_pic');
  for (const path of [sound, song]) expect(await refused(ffmpeg, path)).toMatchObject({ _tag: 'Name', where: path, given: ['it has no video stream'] });
});

withFfmpeg('no film: text, a playlist, a picture, noise, an empty file, a folder, nothing', async (ffmpeg) => {
  const film = make(ffmpeg, 'other.mp4', ...source('testsrc=size=16x16:rate=5:duration=1'));
  const text = (name: string, words: string): string => save(name, new TextEncoder().encode(words));
  expect(await refused(ffmpeg, text('text.mp4', 'hello there\n'))).toMatchObject({ _tag: 'Decode', given: ['a file of text, which begins with "hello there"'] });
  expect(await refused(ffmpeg, text('list.m3u8', `#EXTM3U\n#EXTINF:1,\n${film}\n`))).toMatchObject({ _tag: 'Decode' });
  // a list of other files, made to look like no text
  expect(await refused(ffmpeg, text('list.mp4', `ffconcat version 1.0\nfile other.mp4\n# ${'ü'.repeat(300)}`))).toMatchObject({ _tag: 'Decode', given: [expect.stringContaining('playlist')] });
  expect(await refused(ffmpeg, make(ffmpeg, 'one.png', '-i', film, '-frames:v', '1'))).toMatchObject({ _tag: 'Decode' });
  expect((await refused(ffmpeg, save('noise.mp4', Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + 7 * i) % 251))))._tag).toBe('Corrupt');
  expect(await refused(ffmpeg, save('empty.mp4', new Uint8Array(0)))).toMatchObject({ _tag: 'Corrupt', given: ['an empty file'] });
  expect((await refused(ffmpeg, folder))._tag).toBe('Name');
  expect(await refused(ffmpeg, at('none.mp4'))).toMatchObject({ _tag: 'Name', where: at('none.mp4') });
});

withFfmpeg('one pixel is a frame; too many are refused by name', async (ffmpeg) => {
  const tiny = make(ffmpeg, 'tiny.mkv', ...source('color=red:size=8x8:rate=5:duration=1'), '-vf', 'format=bgr0,crop=1:1', '-c:v', 'ffv1');
  const [one] = await all(ffmpeg, tiny, { most: 1 });
  expect([one?.width, one?.height]).toEqual([1, 1]);
  near([...(one?.data ?? [])], [255, 0, 0], 3);
  const wide = make(ffmpeg, 'wide.avi', ...source('color=black:size=10000x7000:rate=1:duration=1'), '-c:v', 'mjpeg', '-q:v', '31');
  expect(10000 * 7000).toBeGreaterThan(mostPixels);
  expect(await refused(ffmpeg, wide)).toMatchObject({ _tag: 'Memory', where: wide, needed: 'pictures of at most 64 megapixels' });
});

withFfmpeg('what `use` throws is the fault; it may take its time', async (ffmpeg) => {
  const path = make(ffmpeg, 'use.mp4', ...source('testsrc=size=16x16:rate=5:duration=2'));
  const own = fault('Shape', 'a frame', ['16 × 16'], 'more');
  expect(bad(await eachFrame(ffmpeg, path, {}, (_, i) => void (i === 3 && raise(own)))())).toEqual(own);
  const order: number[] = [];
  good(await eachFrame(ffmpeg, path, {}, async (_, i) => {
    await sleep(i % 3);
    order.push(i);
  })());
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

withFfmpeg('abort: Interrupted, and no more frames', async (ffmpeg) => {
  const path = make(ffmpeg, 'long.mp4', ...source('testsrc=size=64x64:rate=25:duration=60'), '-c:v', 'mpeg4');
  const stop = new AbortController();
  const state = { frames: 0 };
  const done = eachFrame(ffmpeg, path, { signal: stop.signal }, async () => {
    if (++state.frames === 5) stop.abort();
    await sleep(1);
  })();
  expect(bad(await done)).toMatchObject({ _tag: 'Interrupted', where: path });
  expect(state.frames).toBeLessThan(1500);
});

const anywhere: Ffmpeg = { path: 'ffmpeg', version: '' };

test.each([
  [{ perSecond: 0 }, '0 frames per second'], [{ perSecond: NaN }, 'NaN frames per second'], [{ seconds: -1 }, '-1 seconds of frames'],
  [{ seconds: Infinity }, 'Infinity seconds of frames'], [{ most: 0 }, 'at most 0 frames'], [{ most: 1.5 }, 'at most 1.5 frames'],
])('%j is wrong usage', async (options, given) => {
  expect(await refused(anywhere, 'x.mp4', options)).toMatchObject({ _tag: 'Usage', where: 'x.mp4', given: [given] });
});
