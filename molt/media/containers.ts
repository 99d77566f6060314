/**
 * Containers: the lengths that media files state of their own parts.
 * idea:  MP4, Matroska, WAVE, AVI and Ogg files say the length of their parts; a few bytes of each tell where the file should end.
 * not:   a demultiplexer: what the parts hold is ffmpeg's to read. Formats that do not say lengths (MPEG-TS, MP3, AAC) are not known here.
 * source: ISO/IEC 14496-12 section 4.2 (boxes); RFC 9559 (Matroska) and RFC 8794 (EBML); RIFF as in the Multimedia Programming Interface 1.0, EBU Tech 3306 (RF64);
 *         RFC 3533 section 6 (Ogg pages)
 */

/** A file's bytes: `length` of them from a position, fewer at the end. */
export interface Source {
  readonly size: number;
  readonly at: (position: number, length: number) => Promise<DataView>;
}

/** A part that ends behind the file; or a length that its writer did not know. */
export type Found = { readonly part: string; readonly end: number } | 'streamed' | undefined;

export const text = (view: DataView, from: number, length: number): string =>
  view.byteLength < from + length ? '' : String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + from, length));

/** Boxes that a film consists of: any other name at the outermost level ends the reading, as something else may follow a film. */
const boxes = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'moof', 'mfra', 'sidx', 'styp', 'uuid', 'udta', 'meta', 'pdin', 'pnot', 'emsg', 'prft', 'ssix']);
/** A film in fragments has many. */
const mostBoxes = 100_000;

const film = async ({ size, at }: Source): Promise<Found> => {
  for (let position = 0, count = 0; position + 8 <= size && count < mostBoxes; count++) {
    const head = await at(position, 16);
    const name = text(head, 4, 4);
    if (!boxes.has(name)) return undefined;
    const short = head.getUint32(0);
    if (short === 0) return undefined; // to the end of the file, whatever that is
    const length = short === 1 && head.byteLength >= 16 ? Number(head.getBigUint64(8)) : short;
    if (length < 8) return undefined;
    if (position + length > size) return { part: name, end: position + length };
    position += length;
  }
  return undefined;
};

/** What programs write that do not know the length yet: to a pipe, or because it does not fit. */
const unknownLengths = new Set([0, 0xffffffff, 0x7fffffff, 0x80000000, 0x7ffff000]);

const wave = async ({ size, at }: Source): Promise<Found> => {
  let long: number | undefined;
  for (let position = 12, count = 0; position + 8 <= size && count < mostBoxes; count++) {
    const head = await at(position, 24);
    const [name, short] = [text(head, 0, 4), head.getUint32(4, true)];
    if (name === 'ds64' && head.byteLength >= 24) long = Number(head.getBigUint64(16, true));
    if (name === 'data') {
      const length = short === 0xffffffff && long !== undefined ? long : short;
      const end = position + 8 + length;
      return unknownLengths.has(length) ? 'streamed' : end > size ? { part: 'data', end } : undefined;
    }
    position += 8 + short + (short % 2);
    if (position > size) return { part: name, end: position };
  }
  return undefined;
};

const avi = async ({ size, at }: Source): Promise<Found> => {
  for (let position = 0; position + 12 <= size; ) {
    const head = await at(position, 12);
    const length = head.getUint32(4, true);
    if (text(head, 0, 4) !== 'RIFF' || unknownLengths.has(length)) return undefined;
    if (position + 8 + length > size) return { part: text(head, 8, 4).trim(), end: position + 8 + length };
    position += 8 + length + (length % 2);
  }
  return undefined;
};

/** A number of EBML: its value without the marker (undefined if all ones: unknown) and its bytes. */
const vint = (view: DataView, from: number): { readonly value: number | undefined; readonly bytes: number } | undefined => {
  if (from >= view.byteLength) return undefined;
  const first = view.getUint8(from);
  const bytes = Math.clz32(first) - 23;
  if (bytes > 8 || from + bytes > view.byteLength) return undefined;
  let value = BigInt(first & ((1 << (8 - bytes)) - 1));
  for (let i = 1; i < bytes; i++) value = (value << 8n) | BigInt(view.getUint8(from + i));
  return { value: value === (1n << BigInt(7 * bytes)) - 1n ? undefined : Number(value), bytes };
};

const matroska = async ({ size, at }: Source): Promise<Found> => {
  const opening = vint(await at(4, 8), 0);
  if (opening?.value === undefined) return undefined;
  const position = 4 + opening.bytes + opening.value;
  const head = await at(position, 12);
  if (head.byteLength < 12 || head.getUint32(0) !== 0x18538067) return undefined;
  const length = vint(head, 4);
  if (length?.value === undefined) return undefined;
  const end = position + 4 + length.bytes + length.value;
  return end > size ? { part: 'Segment', end } : undefined;
};

/** Longest page: header, 255 segments of at most 255 bytes. */
const longestPage = 27 + 255 + 255 * 255;

/** The last page, sought from the end: its segments may reach behind the file. */
const ogg = async ({ size, at }: Source): Promise<Found> => {
  const from = Math.max(0, size - longestPage);
  const tail = await at(from, longestPage);
  for (let i = tail.byteLength - 4; i >= 0; i--) {
    if (tail.getUint8(i) !== 0x4f || text(tail, i, 4) !== 'OggS') continue;
    const segments = i + 27 <= tail.byteLength ? tail.getUint8(i + 26) : 0;
    let end = i + 27 + segments;
    for (let s = 0; s < segments && i + 27 + s < tail.byteLength; s++) end += tail.getUint8(i + 27 + s);
    return end > tail.byteLength ? { part: 'the last page', end: from + end } : undefined;
  }
  return undefined;
};

/** The first part of a file that ends behind it; undefined if all do not, or in a format that is not known here. */
export const foundOf = async (source: Source): Promise<Found> => {
  const head = await source.at(0, 12);
  const [mark, kind] = [text(head, 0, 4), text(head, 8, 4)];
  if ((mark === 'RIFF' || mark === 'RF64') && kind === 'WAVE') return wave(source);
  if (mark === 'RIFF' && kind.startsWith('AVI')) return avi(source);
  if (mark === '\x1a\x45\xdf\xa3') return matroska(source);
  if (mark === 'OggS') return ogg(source);
  return boxes.has(text(head, 4, 4)) ? film(source) : undefined;
};
