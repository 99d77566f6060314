/**
 * Sound of real files, made on the spot: how many samples, what they are, what is refused.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Ffmpeg, sound } from '../../../molt/media/index.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { at, bad, clip, cutTo, good, make, save, source, wav, withFfmpeg } from './clips.ts';

const heard = async (ffmpeg: Ffmpeg, path: string, seconds = 10, rate = 32000): Promise<Float32Array> => good(await sound(ffmpeg, path, { rate, seconds })());
const refused = async (ffmpeg: Ffmpeg, path: string, seconds = 10, rate = 32000): Promise<Fault> => bad(await sound(ffmpeg, path, { rate, seconds })());

/** How much of a tone of `hertz` is in the samples: its amplitude. */
const amplitude = (samples: Float32Array, hertz: number, rate: number): number => {
  let [re, im] = [0, 0];
  samples.forEach((v, i) => {
    re += v * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += v * Math.sin((2 * Math.PI * hertz * i) / rate);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
};

withFfmpeg('ten seconds at 32 kHz are 320,000 samples, whatever the file is', async (ffmpeg) => {
  const film = make(ffmpeg, 'film.mp4', ...clip());
  const plain = make(ffmpeg, 'plain.wav', ...source('sine=frequency=440:sample_rate=44100:duration=11'));
  for (const path of [film, plain, ...['flac', 'mp3', 'ogg'].map((ending) => make(ffmpeg, `plain.${ending}`, '-i', plain))]) expect(await heard(ffmpeg, path)).toHaveLength(320_000);
  expect(await heard(ffmpeg, plain, 0.5, 16000)).toHaveLength(8000);
  expect(await heard(ffmpeg, plain, 60)).toHaveLength(352_000);
});

withFfmpeg('a tone keeps its pitch and height; channels are averaged', async (ffmpeg) => {
  const tone = make(ffmpeg, 'tone.wav', ...source('aevalsrc=0.5*sin(2*PI*1000*t):s=48000:d=1'));
  expect(amplitude(await heard(ffmpeg, tone, 1), 1000, 32000)).toBeCloseTo(0.5, 2);
  const two = make(ffmpeg, 'two.wav', ...source('aevalsrc=0.5*sin(2*PI*1000*t)|0.25*sin(2*PI*3000*t):s=32000:d=1'), '-c:a', 'pcm_f32le');
  const mixed = await heard(ffmpeg, two, 1);
  expect(amplitude(mixed, 1000, 32000)).toBeCloseTo(0.25, 4);
  expect(amplitude(mixed, 3000, 32000)).toBeCloseTo(0.125, 4);
  const against = make(ffmpeg, 'against.wav', ...source('aevalsrc=0.5*sin(2*PI*1000*t)|-0.5*sin(2*PI*1000*t):s=32000:d=1'), '-c:a', 'pcm_f32le');
  expect(Math.max(...(await heard(ffmpeg, against, 1)).map(Math.abs))).toBeLessThan(1e-6);
});

withFfmpeg('a file of the same rate gives its very samples', async (ffmpeg) => {
  const samples = Int16Array.from({ length: 32000 }, (_, i) => (i * 7919) % 65536 - 32768);
  const path = save('exact.wav', wav(32000, 64000, new Uint8Array(samples.buffer)));
  expect(await heard(ffmpeg, path)).toEqual(Float32Array.from(samples, (v) => v / 32768));
});

withFfmpeg('of a long sound only the seconds asked for are read', async (ffmpeg) => {
  const path = make(ffmpeg, 'hour.flac', ...source('anullsrc=r=8000:cl=mono'), '-t', '3600');
  expect(await heard(ffmpeg, path, 2, 16000)).toEqual(new Float32Array(32000));
});

withFfmpeg('a sound that is shorter than its film is no fault', async (ffmpeg) => {
  const path = make(ffmpeg, 'short.mp4', ...source('testsrc=size=32x32:rate=5:duration=6'), ...source('sine=duration=2:sample_rate=32000'), '-c:a', 'aac');
  const samples = await heard(ffmpeg, path);
  expect(samples.length).toBeGreaterThan(62_000);
  expect(samples.length).toBeLessThan(68_000);
});

withFfmpeg('a header that promises ten hours over a kilobyte is a cut file, at once', async (ffmpeg) => {
  const promised = 16000 * 2 * 36_000;
  const path = save('hours.wav', wav(16000, promised, new Uint8Array(1000)));
  expect(await refused(ffmpeg, path)).toMatchObject({
    _tag: 'Corrupt', where: path, needed: 'a whole file', given: ['a part of it (data) ends at byte 1152000044, the file after 1044: 1.15 GB are missing'],
  });
});

withFfmpeg('a FLAC or MP3 that promises more than it holds is told by ffmpeg or by its seconds', async (ffmpeg) => {
  const tone = make(ffmpeg, 'full.wav', ...source('sine=duration=6:sample_rate=32000'));
  const mp3 = cutTo(make(ffmpeg, 'full.mp3', '-i', tone), 'cut.mp3', 0.5);
  expect(await refused(ffmpeg, mp3)).toMatchObject({ _tag: 'Corrupt', where: mp3, given: [expect.stringMatching(/^its header promises 6\.\d\d seconds, it ends after [23]\.\d\d$/)] });
  expect((await refused(ffmpeg, cutTo(make(ffmpeg, 'full.flac', '-i', tone), 'cut.flac', 0.5)))._tag).toBe('Corrupt');
  expect((await refused(ffmpeg, cutTo(make(ffmpeg, 'full.ogg', '-i', tone), 'cut.ogg', 0.5)))._tag).toBe('Corrupt');
  expect((await refused(ffmpeg, cutTo(tone, 'cut.wav', 0.5)))._tag).toBe('Corrupt');
});

withFfmpeg('a FLAC header that promises ten hours over a second: all its packets are there, and too few', async (ffmpeg) => {
  const bytes = readFileSync(make(ffmpeg, 'second.flac', ...source('sine=duration=1:sample_rate=32000')));
  bytes.writeUInt32BE(32000 * 36_000, 22); // total samples, in the first block of metadata
  const path = save('hours.flac', bytes);
  expect(await refused(ffmpeg, path)).toMatchObject({ _tag: 'Corrupt', where: path, given: ['its header promises 36000.00 seconds, it ends after 1.00'] });
  expect(await heard(ffmpeg, path, 1)).toHaveLength(32_000);
});

withFfmpeg('what was written to a pipe has no length in its header, and is whole', async (ffmpeg) => {
  for (const unknown of [0xffffffff, 0x7fffffff]) {
    const data = Uint8Array.from({ length: 2 * 16000 + 6 }, (_, i) => i % 64);
    expect(await heard(ffmpeg, save(`piped${unknown}.wav`, wav(16000, unknown, data)), 10, 16000)).toHaveLength(16003);
  }
});

withFfmpeg('no sample: an empty sound, a header alone, an empty file', async (ffmpeg) => {
  expect(await refused(ffmpeg, save('none.wav', wav(16000, 0, new Uint8Array(0))))).toMatchObject({ _tag: 'Corrupt', given: ['its sound holds no sample'] });
  expect(await refused(ffmpeg, save('nothing.wav', new Uint8Array(0)))).toMatchObject({ _tag: 'Corrupt', given: ['an empty file'] });
  expect((await refused(ffmpeg, save('head.wav', wav(16000, 32000, new Uint8Array(0)).subarray(0, 20))))._tag).toBe('Corrupt');
});

withFfmpeg('no sound: a silent film, a cut film, text', async (ffmpeg) => {
  const mute = make(ffmpeg, 'mute.mp4', ...source('testsrc=size=16x16:rate=5:duration=1'));
  expect(await refused(ffmpeg, mute)).toMatchObject({ _tag: 'Name', where: mute, given: ['it has no sound'], needed: 'a sound stream' });
  expect((await refused(ffmpeg, cutTo(make(ffmpeg, 'whole.mp4', ...clip(2)), 'cut.mp4', 0.5)))._tag).toBe('Corrupt');
  expect((await refused(ffmpeg, save('text.wav', new TextEncoder().encode('sound'))))._tag).toBe('Decode');
  expect(readFileSync(at('text.wav'), 'utf8')).toBe('sound');
});

const anywhere: Ffmpeg = { path: 'ffmpeg', version: '' };

test.each([[0, 32000], [-1, 32000], [NaN, 32000], [Infinity, 32000], [1e6, 32000], [1, 0], [1, 1.5], [1, 1e7]])('%f seconds at %f Hz are wrong usage', async (seconds, rate) => {
  expect((await refused(anywhere, 'x.wav', seconds, rate))._tag).toBe('Usage');
});
