/**
 * Ppm: pictures out of a stream of binary portable pixmaps, as their bytes arrive.
 * idea:  each pixmap says its own sizes, so that a pipe of frames needs no other description; one picture is held, and no byte is kept twice.
 * laws:  test/molt/media/ppm.test.ts: however the bytes are cut into pieces, the same pictures
 * not:   comments in headers and sixteen-bit samples: ffmpeg writes neither when asked for rgb24.
 * source: the Netpbm PPM specification, https://netpbm.sourceforge.net/doc/ppm.html
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { mostPixels, type Picture, showSizes } from './picture.ts';

/** Longest header looked at: `P6`, two sizes and the greatest sample with their white space need 20 bytes. */
const longestHeader = 64;

/** Takes pieces, gives the pictures that they complete; what is wrong is said in a few words, and nothing is given after that. */
export interface PpmReader {
  readonly push: (bytes: Uint8Array) => Either<string, readonly Picture[]>;
  /** errors: the stream ends within a picture */
  readonly end: () => Either<string, void>;
}

interface Body {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  filled: number;
}

const header = /^P6\s+(\d+)\s+(\d+)\s+(\d+)\s/;

/** A whole header and how long it is; `undefined` while it is incomplete. */
const headerOf = (bytes: Uint8Array): Either<string, { readonly body: Body; readonly length: number } | undefined> => {
  const text = String.fromCharCode(...bytes.subarray(0, longestHeader));
  const found = header.exec(text);
  if (found === null) return bytes.length < longestHeader && text.startsWith('P6'.slice(0, text.length)) ? right(undefined) : left('bytes that are no pixmap');
  const [width, height, most] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (most !== 255) return left(`a pixmap whose greatest sample is ${most}, not 255`);
  if (width < 1 || height < 1) return left(`a pixmap of ${width} × ${height}`);
  if (width * height > mostPixels) return left(`a picture of ${showSizes(width, height)}`);
  return right({ body: { width, height, data: new Uint8Array(3 * width * height), filled: 0 }, length: found[0].length });
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

/**
 * A reader of one stream.
 * errors: as text: other bytes than a pixmap's, other samples than eight bits, more than 64 megapixels, an end within a picture
 */
export const ppmReader = (): PpmReader => {
  const none = new Uint8Array(0);
  const state: { head: Uint8Array; body: Body | undefined; wrong: string | undefined } = { head: none, body: undefined, wrong: undefined };
  const fail = (wrong: string): Either<string, never> => {
    Object.assign(state, { head: none, body: undefined, wrong });
    return left(wrong);
  };
  return {
    push: (bytes) => {
      if (state.wrong !== undefined) return left(state.wrong);
      const pictures: Picture[] = [];
      let rest = bytes;
      while (rest.length > 0) {
        if (state.body === undefined) {
          const known = state.head.length;
          const head = joined(state.head, rest.subarray(0, longestHeader - known));
          const read = headerOf(head);
          if (read._tag === 'Left') return fail(read.left);
          if (read.right === undefined) {
            state.head = head.slice();
            break;
          }
          state.body = read.right.body;
          state.head = none;
          rest = rest.subarray(read.right.length - known);
        }
        const { body } = state;
        const part = rest.subarray(0, body.data.length - body.filled);
        body.data.set(part, body.filled);
        body.filled += part.length;
        rest = rest.subarray(part.length);
        if (body.filled < body.data.length) break;
        pictures.push({ width: body.width, height: body.height, data: body.data });
        state.body = undefined;
      }
      return right(pictures);
    },
    end: () => {
      if (state.wrong !== undefined) return left(state.wrong);
      if (state.body !== undefined) return fail(`the end after ${state.body.filled} of the ${state.body.data.length} bytes of a picture`);
      return state.head.length > 0 ? fail('the end within the header of a picture') : right(undefined);
    },
  };
};
