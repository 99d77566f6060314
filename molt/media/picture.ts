/**
 * Picture: eight-bit colours of a still or of a frame, the one form in which molt hands pixels on.
 * idea:  what a decoder knows of colour spaces, subsampling and orientation ends here: rows from the top, red, green, blue.
 * not:   scaling or normalisation (molt/preprocess), nor an opinion on how small a picture may be: who needs more refuses it.
 */

/** shape: data [height, width, 3]; units: 0…255 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Most pixels of one picture: 64 megapixels, 192 MB of colours. A file that claims more is refused before they are decoded. */
export const mostPixels = 64_000_000;

/** `20000 × 20000 (400.0 megapixels)` */
export const showSizes = (width: number, height: number): string => `${width} × ${height} (${((width * height) / 1e6).toFixed(1)} megapixels)`;
