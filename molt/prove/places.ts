/**
 * Places: where in a source a stack, or a message of esbuild's, points.
 * idea:  a stack's frames name the file that ran; where that was a bundle, its own source map leads back to what was written.
 * laws:  test/molt/prove/load.test.ts: a fault is traced to the line that raised it
 * source: ECMA-426 (source maps), by node:module
 * This file is a trust boundary: a source map is JSON of esbuild's and is taken at its type.
 */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Line and column count from 1. */
export interface Place {
  /** absolute */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const pathOf = (name: string): string => (name.startsWith('file:') ? fileURLToPath(name) : name);

/** The files, lines and columns of a stack, the innermost first; what has none is left out. */
export const framesOf = (stack: string): readonly Place[] =>
  stack.split('\n').flatMap((line): readonly Place[] => {
    const found = /^\s+at (?:.*\(|async )?((?:file:|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(line);
    if (found === null) return [];
    const [, name = '', at = '1', column = '1'] = found;
    return [{ file: pathOf(name), line: Number(at), column: Number(column) }];
  });

const inlined = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** The same for a bundle and its text, which ends with its map. */
export const mappedBy = (bundle: string, text: string): ((stack: string) => readonly Place[]) => (stack) => {
  const encoded = inlined.exec(text)?.[1];
  const frames = framesOf(stack);
  if (encoded === undefined || frames.every(({ file }) => file !== bundle)) return frames;
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload);
  return frames.flatMap((frame): readonly Place[] => {
    if (frame.file !== bundle) return [frame];
    const entry = map.findEntry(frame.line - 1, frame.column - 1);
    return 'originalSource' in entry ? [{ file: resolve(dirname(bundle), entry.originalSource), line: entry.originalLine + 1, column: entry.originalColumn + 1 }] : [];
  });
};

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null;

/** The places of the messages with which esbuild fails. */
export const messagePlaces = (thrown: unknown): readonly Place[] => {
  const errors = isRecord(thrown) && Array.isArray(thrown['errors']) ? thrown['errors'] : [];
  return errors.flatMap((one: unknown): readonly Place[] => {
    const at = isRecord(one) ? one['location'] : undefined;
    return isRecord(at) && typeof at['file'] === 'string' && typeof at['line'] === 'number' && typeof at['column'] === 'number' ? [{ file: resolve(at['file']), line: at['line'], column: at['column'] + 1 }] : [];
  });
};
