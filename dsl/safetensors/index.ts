/**
 * Safetensors: reading and writing the weights format, pure; files are in molt/io.
 */
export { coordinates, decode, decodeTensor, type TensorFile } from './decode.ts';
export { encode, type EncodedStream, type EncodeOptions, encodeStream, floatsAs, layOut, type TensorPart } from './encode.ts';
export { decodeHeader, decodeHeaderLength, type Entry, type Header, headerLimit, lengthBytes } from './header.ts';
export { fromHalves, halfLimit, toHalves } from './halves.ts';
export { naturalType, type Stored } from './stored.ts';
