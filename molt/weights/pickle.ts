/**
 * Pickle: what a file that is no safetensors file is, told from its first bytes, and how to make one of it.
 * idea:  a pickle runs code of whoever made it, so it is not opened here; PyTorch converts it with `weights_only=True`, which runs none.
 * laws:  test/molt/weights/pickle.test.ts
 * not:   the file's extension: a safetensors file may be called anything.
 * source: PyTorch's serialization (zip since 1.6, before that pickles); the pointer files of Git LFS
 */
import { fault, type Fault } from '../../shapes/fault.ts';

/** A word of a command line, quoted where a shell would take it apart. */
const quoted = (word: string): string => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/** `model.pth` → `model.safetensors` */
const converted = (path: string): string => `${path.replace(/\.(?:pth|pt|ckpt|bin|tar|pkl)(?:\.tar)?$/, '')}.safetensors`;

const script = [
  'import sys,torch,safetensors.torch as s', "d=torch.load(sys.argv[1],map_location='cpu',weights_only=True)", "d=d.get('model',d)", "d=d.get('state_dict',d)",
  's.save_file({k:v.clone().contiguous() for k,v in d.items() if torch.is_tensor(v)},sys.argv[2])',
].join(';');

/** The one-line command that turns a PyTorch file into a safetensors file without running what it holds. */
export const conversion = (path: string): string => `python3 -c "${script}" ${quoted(path)} ${quoted(converted(path))}`;

/** The fault of a PyTorch file given as weights. */
export const pickleFault = (path: string): Fault =>
  fault('Unsupported', path, ['a PyTorch file (a pickle, which runs code when it is opened)'], 'a safetensors file', `convert it once with: ${conversion(path)}`);

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
const letters = (text: string): readonly number[] => [...new TextEncoder().encode(text)];

/** What else begins like this. A safetensors file begins with the length of its header, whose sixth to eighth bytes are 0. */
const foreign: readonly { readonly is: (bytes: Uint8Array) => boolean; readonly fault: (path: string) => Fault }[] = [
  { is: (bytes) => startsWith(bytes, letters('PK\u0003\u0004')), fault: pickleFault },
  { is: (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5 && bytes.subarray(5, 8).some((byte) => byte !== 0), fault: pickleFault },
  {
    is: (bytes) => startsWith(bytes, letters('version ')),
    fault: (path) => fault('Corrupt', path, ['a pointer of Git LFS, not the file itself'], 'the safetensors file', 'fetch it with: git lfs pull'),
  },
];

/** Number of bytes that `foreignFault` looks at. */
export const magicBytes = 8;

/** Why a file with these first bytes is not read; undefined if it may be a safetensors file. */
export const foreignFault = (path: string, bytes: Uint8Array): Fault | undefined => foreign.find(({ is }) => is(bytes))?.fault(path);
