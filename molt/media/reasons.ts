/**
 * Reasons: what ffmpeg's complaints mean, as faults that name the file.
 * idea:  one table from words to a fault, first match first; whatever matches no row is a damaged file in ffmpeg's own words.
 * not:   trust in exit codes alone: ffmpeg 5.1 ends with 0 on a film that is cut in the middle, and only says so.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault, type FaultTag } from '../../shapes/fault.ts';
import type { Ended } from './child.ts';
import { mostPixels } from './picture.ts';
import type { Written } from './whole.ts';

/** Which stream of a file is wanted. */
export type Stream = 'video' | 'sound';

interface Reason {
  readonly words: RegExp;
  readonly tag: FaultTag;
  readonly given?: string;
  readonly needed: string;
  readonly hint: string;
}

const whole = 'a whole file';
const again = 'download or copy it again';
const play = `play it; if it does not play, ${again}; if it does, mend it with \`ffmpeg -i FILE out.mp4\``;

const missing = {
  video: { given: 'it has no video stream', needed: 'a video', hint: 'name the frames as pictures, or leave the visual side of this item out' },
  sound: { given: 'it has no sound', needed: 'a sound stream', hint: 'name another file as audio, or leave the sound of this item out' },
} as const satisfies { readonly [S in Stream]: { readonly given: string; readonly needed: string; readonly hint: string } };

const reasons = (stream: Stream): readonly Reason[] => [
  { words: /matches no streams/, tag: 'Name', ...missing[stream] },
  { words: /Format not on whitelist/, tag: 'Decode', given: 'a playlist, a picture or another format that is not read as media', needed: 'a video or sound file', hint: 'convert it with `ffmpeg -i FILE out.mp4`; pictures are named as frames' },
  { words: /exceeds specified max pixel count|Picture size \d+x\d+ is invalid/, tag: 'Memory', needed: `pictures of at most ${(mostPixels / 1e6).toFixed(0)} megapixels`, hint: 'scale it down with `ffmpeg -i FILE -vf scale=1920:-2 out.mp4`' },
  { words: /Unknown (encoder|decoder|input format)|Unrecognized option|Option .* not found|No such filter|Decoder .* not found|Protocol not found/, tag: 'Unsupported', needed: 'an ffmpeg of version 4 or later with its usual decoders', hint: 'install a newer one, or name another one with --ffmpeg' },
  { words: /moov atom not found/, tag: 'Corrupt', needed: `${whole} with its index`, hint: `a recording or download that was cut short, or no video at all: ${again}` },
  { words: /partial file|ended prematurely|corrupt (input packet|decoded frame)|[Rr]ead error|[Tt]runcated/, tag: 'Corrupt', needed: whole, hint: play },
  { words: /Invalid data found when processing input/, tag: 'Corrupt', needed: 'a video or sound file', hint: play },
];

/** Complaints about the container that mean a cut file even if ffmpeg is content. */
const cut = /partial file|ended prematurely|corrupt (input packet|decoded frame)|[Rr]ead error/;

const told = (errors: readonly string[], words: RegExp | undefined): readonly string[] => {
  const apt = words === undefined ? errors : errors.filter((e) => words.test(e));
  return [...new Set(apt)].slice(0, 3).map((e) => `ffmpeg: ${e}`);
};

/**
 * A finished run, or why the file is of no use.
 * errors: Name (the stream is missing), Decode (no media), Memory (frames too large), Corrupt (damaged, cut), Unsupported (ffmpeg lacks a part, or was ended from outside)
 */
export const judged = (where: string, stream: Stream, { code, signal, log }: Ended, written: Written): Either<Fault, void> => {
  if (code === 0 && (written === 'streamed' || !log.errors.some((e) => cut.test(e)))) return right(undefined);
  if (signal !== null) return left(fault('Unsupported', where, [`ffmpeg was ended by ${signal}`], 'an ffmpeg that runs to its end', 'look for want of memory; if it happens again with this file only, the file is damaged'));
  const reason = reasons(stream).find(({ words }) => log.errors.some((e) => words.test(e)));
  if (reason === undefined) return left(fault('Corrupt', where, log.errors.length === 0 ? [`ffmpeg ended with ${code}, and said nothing`] : told(log.errors, undefined), 'a video or sound file', play));
  return left(fault(reason.tag, where, reason.given === undefined ? told(log.errors, reason.words) : [reason.given], reason.needed, reason.hint));
};
