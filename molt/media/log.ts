/**
 * Log: what ffmpeg says on standard error, read line by line.
 * idea:  with `-loglevel repeat+level+info` every line names its level, so that errors are told from descriptions; only what is asked is kept.
 * not:   the whole text: a damaged file can give gigabytes of complaints.
 * source: https://ffmpeg.org/ffmpeg.html#Generic-options (-loglevel, flags repeat and level)
 */

export interface Log {
  /** seconds that the file promises, where its header says so */
  readonly promised: number | undefined;
  /** seconds that were reached, of the longest stream (only with -stats) */
  readonly reached: number | undefined;
  /** errors, the first few and the last few, without ffmpeg's addresses */
  readonly errors: readonly string[];
}

export interface LogReader {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: () => Log;
}

/** Kept of the errors, from either end. */
const kept = 12;
/** Characters of one line. */
const longest = 500;

const line = /^(?:\[[^\]]*\] )*\[(panic|fatal|error|warning|info)\] ?(.*)$/;
const clock = (text: RegExpExecArray | null): number | undefined => (text === null ? undefined : Number(text[1]) * 3600 + Number(text[2]) * 60 + Number(text[3]));

/** Reads a log. Names in it that are the file's own become `the file`. */
export const logReader = (input: string): LogReader => {
  const decoder = new TextDecoder('utf-8');
  const state: { rest: string; promised: number | undefined; guessed: boolean; reached: number | undefined } = { rest: '', promised: undefined, guessed: false, reached: undefined };
  const errors: string[] = [];
  const read = (text: string): void => {
    state.reached = clock(/ time=(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(text)) ?? state.reached;
    const found = line.exec(text);
    if (found === null) return;
    const [, level = '', words = ''] = found;
    if (level === 'info') state.promised ??= clock(/^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(words));
    else if (words.startsWith('Estimating duration from bitrate')) state.guessed = true;
    else if (level !== 'warning') {
      errors.push(words.replaceAll(input, 'the file').trim());
      if (errors.length > 2 * kept) errors.splice(kept, 1);
    }
  };
  const lines = (text: string): void => {
    const all = (state.rest + text).split(/[\r\n]+/);
    state.rest = (all.pop() ?? '').slice(0, longest);
    for (const one of all) read(one.slice(0, longest));
  };
  return {
    push: (bytes) => lines(decoder.decode(bytes, { stream: true })),
    end: () => {
      lines('\n');
      return { promised: state.guessed ? undefined : state.promised, reached: state.reached, errors };
    },
  };
};
