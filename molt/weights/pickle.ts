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

/** What PyTorch's files are called. */
const endings = /\.(?:bin|pth|pt|ckpt|pkl|pickle)(?:\.tar)?$/;

/** Is this, by its name, a PyTorch file? */
export const isPickle = (path: string): boolean => endings.test(path);

/** `model.pth` → `model.safetensors`, also of `model-00001-of-00002.bin` */
const converted = (path: string): string => `${path.replace(endings, '').replace(/-\d+-of-\d+$/, '')}.safetensors`;

const script = [
  'import sys,torch,safetensors.torch as s', "o=lambda d:d.get('model',d)", "p=lambda d:d.get('state_dict',d)", "q=lambda f:p(o(torch.load(f,map_location='cpu',weights_only=True)))",
  's.save_file({k:v.clone().contiguous() for f in sys.argv[1:-1] for k,v in q(f).items() if torch.is_tensor(v)},sys.argv[-1])',
].join(';');

/** The one-line command that turns a PyTorch file, or its shards, into one safetensors file without running what they hold. */
export const conversion = (first: string, ...others: readonly string[]): string => `python3 -c "${script}" ${[first, ...others, converted(first)].map(quoted).join(' ')}`;

/** The fault of a PyTorch file, or of the shards of one, given as weights. */
export const pickleFault = (first: string, ...others: readonly string[]): Fault =>
  fault('Unsupported', first, ['a PyTorch file (a pickle, which runs code when it is opened)'], 'a safetensors file', `convert it once with: ${conversion(first, ...others)}`);

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
