/**
 * Log: what ffmpeg says on standard error, read line by line.
 * idea:  with `-loglevel repeat+level+info` every line names its level, so that errors are told from descriptions; only what is asked is kept.
 * not:   the whole text: a damaged file can give gigabytes of complaints.
 * source: https://ffmpeg.org/ffmpeg.html#Generic-options (-loglevel, flags repeat and level)
 */
import { lineReader } from './lines.ts';

export interface Log {
  /** seconds that the file promises, where its header says so */
  readonly promised: number | undefined;
  /** errors, the first few and the last few, without ffmpeg's addresses */
  readonly errors: readonly string[];
}

export interface LogReader {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: () => Log;
}

/** Kept of the errors, from either end. */
const kept = 12;
const line = /^(?:\[[^\]]*\] )*\[(panic|fatal|error|warning|info)\] ?(.*)$/;
const clock = (text: RegExpExecArray | null): number | undefined => (text === null ? undefined : Number(text[1]) * 3600 + Number(text[2]) * 60 + Number(text[3]));

/** Reads a log. Names in it that are the file's own become `the file`. */
export const logReader = (input: string): LogReader => {
  const state: { promised: number | undefined; guessed: boolean } = { promised: undefined, guessed: false };
  const errors: string[] = [];
  const lines = lineReader((text) => {
    const found = line.exec(text);
    if (found === null) return;
    const [, level = '', words = ''] = found;
    if (level === 'info') state.promised ??= clock(/^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(words));
    else if (words.startsWith('Estimating duration from bitrate')) state.guessed = true;
    else if (level !== 'warning') {
      errors.push(words.replaceAll(input, 'the file').trim());
      if (errors.length > 2 * kept) errors.splice(kept, 1);
    }
  });
  return {
    push: lines.push,
    end: () => {
      lines.end();
      return { promised: state.guessed ? undefined : state.promised, errors };
    },
  };
};
