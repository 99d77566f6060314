/** Every way in which ffmpeg is made to open a file names the protocols and formats that it may use, before the file. */
import { chmodSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { sound } from '../../../molt/media/index.ts';
import { at, good, make, save, source, withFfmpeg } from './clips.ts';

withFfmpeg('decoding, and counting the packets of what came short', async (ffmpeg) => {
  const film = make(ffmpeg, 'watched.mp4', ...source('testsrc=size=32x32:rate=5:duration=6'), ...source('sine=duration=2:sample_rate=32000'), '-c:a', 'aac');
  const log = at('calls.txt');
  const path = save('watched-ffmpeg', new TextEncoder().encode(`#!/bin/sh\necho "$*" >> '${log}'\nexec '${ffmpeg.path}' "$@"\n`));
  chmodSync(path, 0o755);
  good(await sound({ ...ffmpeg, path }, film, { rate: 32000, seconds: 10 })());
  const calls = readFileSync(log, 'utf8').trim().split('\n');
  expect(calls.map((call) => call.includes('framecrc'))).toEqual([false, true]);
  for (const call of calls) expect(call).toMatch(/^[^:]* -protocol_whitelist file,pipe -format_whitelist aac,\S+,yuv4mpegpipe .*-i file:/);
});
