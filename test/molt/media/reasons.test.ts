/**
 * What ffmpeg says, read as facts and faults: lines of versions 4, 5 and 7.
 */
import { expect, test } from 'vitest';
import { logReader } from '../../../molt/media/log.ts';
import { judged } from '../../../molt/media/reasons.ts';
import { bad, good } from './clips.ts';

const log = (...lines: readonly string[]): ReturnType<ReturnType<typeof logReader>['end']> => {
  const reader = logReader('file:a/b.mp4');
  // cut anywhere, even within a letter of two bytes
  const bytes = new TextEncoder().encode(lines.join('\n'));
  for (let i = 0; i < bytes.length; i += 7) reader.push(bytes.subarray(i, i + 7));
  return reader.end();
};

test('the promised seconds, and errors without addresses', () => {
  expect(log(
    "[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:a/b.mp4':",
    '[info]   Metadata:', '[info]     title           : Duration: 99:00:00.00', '[info]                     :   Duration: 98:00:00.00',
    '[info]   Duration: 01:02:03.50, start: 0.000000, bitrate: 236 kb/s',
    '[info]   Duration: 09:00:00.00, start: 0.000000, bitrate: 236 kb/s',
    '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x2e2a5c00] [warning] something',
    '[NULL @ 0x1c] [IMGUTILS @ 0x7ffd] [error] Picture size 9x9 is invalid',
    'a line without a level ü', '[fatal] file:a/b.mp4: corrupt input packet in stream 1',
  )).toEqual({ promised: 3723.5, errors: ['Picture size 9x9 is invalid', 'the file: corrupt input packet in stream 1'] });
});

test('an unknown or a guessed length is none', () => {
  expect(log('[info]   Duration: N/A, bitrate: N/A').promised).toBeUndefined();
  expect(log('[info]   Duration: 00:00:10.00, bitrate: 8 kb/s', '[mp3 @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate').promised).toBeUndefined();
});

const ended = (code: number | null, lines: readonly string[], signal: string | null = null): Parameters<typeof judged>[2] => ({ code, signal, log: log(...lines) });

test('ffmpeg 5 ends a cut film with 0, and says so', () => {
  const cut = ended(0, ['[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5] [error] stream 0, offset 0x24328: partial file']);
  expect(bad(judged('x', 'video', cut, 'whole'))).toMatchObject({ _tag: 'Corrupt', given: ['ffmpeg: stream 0, offset 0x24328: partial file'] });
  good(judged('x', 'video', cut, 'streamed'));
  good(judged('x', 'video', ended(0, ['[mp3 @ 0x5] [error] Header missing']), 'whole'));
});

test.each([
  ['Stream map \'0:V:0\' matches no streams.', 'video', 'Name', 'it has no video stream'],
  ['Stream map \'\' matches no streams.', 'sound', 'Name', 'it has no sound'],
  ["[hls @ 0x1] [error] Format not on whitelist 'aac,aiff'", 'video', 'Decode', 'playlist'],
  ['[h264 @ 0x1] [error] Picture size 10000x7000 exceeds specified max pixel count 64000000', 'video', 'Memory', 'exceeds'],
  ["Unknown encoder 'ppm'", 'video', 'Unsupported', "ffmpeg: Unknown encoder 'ppm'"],
  ['Decoder (codec av1) not found for input stream #0:0', 'video', 'Unsupported', 'av1'],
  ['[mov,mp4 @ 0x1] [error] moov atom not found', 'video', 'Corrupt', 'moov'],
  ['[in#0 @ 0x1] [error] Error opening input: Invalid data found when processing input', 'sound', 'Corrupt', 'Invalid data'],
  ['something new', 'sound', 'Corrupt', 'ffmpeg: something new'],
] as const)('%s', (line, stream, tag, given) => {
  const fault = bad(judged('clip.mp4', stream, ended(1, [line.startsWith('[') ? line : `[fatal] ${line}`]), 'whole'));
  expect(fault).toMatchObject({ _tag: tag, where: 'clip.mp4' });
  expect(fault.given.join()).toContain(given);
  expect(fault.given.join()).not.toMatch(/ @ 0x/);
});

test('an end from outside, and an end without a word', () => {
  expect(bad(judged('x', 'video', ended(null, [], 'SIGKILL'), 'whole'))).toMatchObject({ _tag: 'Unsupported', given: ['ffmpeg was ended by SIGKILL'] });
  expect(bad(judged('x', 'video', ended(1, []), 'whole'))).toMatchObject({ _tag: 'Corrupt', given: ['ffmpeg ended with 1, and said nothing'] });
});
