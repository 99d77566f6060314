/**
 * Decode: one stream of a media file through ffmpeg, as bytes, with every way in which a file can fall short turned into a fault.
 * idea:  first the file's own lengths (whole.ts), then ffmpeg's words and exit code (reasons.ts), last the seconds that came against the
 *        seconds promised: where fewer came, the file's packets are counted, since a stream may rightly be shorter than its file.
 *        The file is opened by name only: protocols but `file`, and formats that name other files (playlists), are switched off.
 * not:   leniency: ffmpeg conceals damage by default, here it stops (-xerror).
 * source: https://ffmpeg.org/ffmpeg.html, https://ffmpeg.org/ffmpeg-formats.html (format_whitelist, protocol_whitelist)
 */
import { left, right, isLeft, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { run, type Watch } from './child.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { lineReader } from './lines.ts';
import { judged, type Stream } from './reasons.ts';
import { whole, type Written } from './whole.ts';

/** Containers that hold their media themselves. */
const formats = [
  'aac', 'ac3', 'aiff', 'amr', 'ape', 'asf', 'au', 'avi', 'caf', 'dv', 'eac3', 'flac', 'flv', 'gif', 'h264', 'hevc', 'ivf', 'm4v', 'matroska', 'mov', 'mp3', 'mpc', 'mpc8', 'mpeg',
  'mpegts', 'mpegvideo', 'mxf', 'nut', 'ogg', 'rm', 'tta', 'w64', 'wav', 'wv', 'y4m', 'yuv4mpegpipe',
].join(',');

const streams = { video: '0:V:0', sound: '0:a:0' } as const satisfies { readonly [S in Stream]: string };

/** `file:` keeps colons and dashes in a name from meaning anything. */
const named = (path: string): string => `file:${path}`;

/** Arguments up to the file: every way of opening one goes through the same two lists. */
const opening = (path: string, options: readonly string[]): readonly string[] => [
  '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+level+info', '-protocol_whitelist', 'file,pipe', '-format_whitelist', formats, ...options, '-i', named(path),
];

/** A file whose length its writer did not know ends in a part of a packet, which is no damage. */
const strictness = (written: Written): readonly string[] => (written === 'streamed' ? [] : ['-xerror']);

const threading = ({ threads }: Watch): readonly string[] => (threads === undefined ? [] : ['-threads', String(threads)]);

export interface Job {
  readonly path: string;
  readonly stream: Stream;
  /** ffmpeg's options of the file, and of what is wanted of it */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly take: (bytes: Uint8Array) => void | Promise<void>;
  /** once all is taken: seconds that came and seconds asked for; undefined where that cannot be said, or enough came */
  readonly came: () => { readonly seconds: number; readonly asked: number; readonly tolerance: number } | undefined;
  readonly watch: Watch;
}

/**
 * Seconds until the end of the last packet of any stream, without decoding; undefined where ffmpeg fails.
 * source: ffmpeg's framecrc: a line `stream, decoding time, presentation time, duration, …` for each packet, after `#tb stream: 1/12800`
 */
const reached = (ffmpeg: Ffmpeg, path: string, seconds: number, watch: Watch): TaskEither<Fault, number | undefined> => async () => {
  const bound = Number.isFinite(seconds) ? ['-t', String(seconds)] : [];
  const args = [...opening(path, bound), '-map', '0', '-copy_unknown', '-c', 'copy', '-f', 'framecrc', 'pipe:1'];
  const ticks = new Map<string, number>();
  const state = { last: 0 };
  const lines = lineReader((line) => {
    const tick = /^#tb (\d+): (\d+)\/(\d+)$/.exec(line);
    if (tick !== null) ticks.set(tick[1] ?? '', Number(tick[2]) / Number(tick[3]));
    const packet = /^(\d+), *-?\d+, *(-?\d+), *(\d+),/.exec(line);
    if (packet !== null) state.last = Math.max(state.last, (Number(packet[2]) + Number(packet[3])) * (ticks.get(packet[1] ?? '') ?? 0));
  });
  const ended = await run({ program: ffmpeg.path, args, input: named(path), where: path, take: lines.push, watch })();
  if (isLeft(ended)) return ended;
  lines.end();
  return right(ended.right.code === 0 ? state.last : undefined);
};

/** The shortfall of a file that promises more than it holds. */
const short = async (ffmpeg: Ffmpeg, { path, came, watch }: Job, promised: number | undefined): Promise<Either<Fault, void>> => {
  const had = came();
  if (had === undefined || promised === undefined) return right(undefined);
  const due = Math.min(promised, had.asked) - had.tolerance;
  if (had.seconds >= due) return right(undefined);
  const last = await reached(ffmpeg, path, had.asked, watch)();
  if (isLeft(last)) return last;
  if (last.right === undefined || last.right >= due) return right(undefined);
  return left(fault('Corrupt', path, [`its header promises ${promised.toFixed(2)} seconds, it ends after ${Math.max(last.right, had.seconds).toFixed(2)}`], 'a whole file', 'download or copy it again'));
};

/**
 * Runs the job to its end.
 * errors: those of whole, run and judged; Corrupt where the file holds fewer seconds than it promises
 */
export const decode = (ffmpeg: Ffmpeg, job: Job): TaskEither<Fault, void> => async () => {
  const { path, stream, input, output, take, watch } = job;
  const written = await whole(path)();
  if (isLeft(written)) return written;
  const args = [...opening(path, [...strictness(written.right), ...threading(watch), ...input]), '-map', streams[stream], ...output, 'pipe:1'];
  const ended = await run({ program: ffmpeg.path, args, input: named(path), where: path, take, watch })();
  if (isLeft(ended)) return ended;
  const verdict = judged(path, stream, ended.right, written.right);
  return isLeft(verdict) ? verdict : short(ffmpeg, job, ended.right.log.promised);
};
