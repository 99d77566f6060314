/**
 * Cache: what was found in a file, kept under a hash of its content, of the options and of this molt.
 * idea:  a check is a function of these alone, so an entry is never stale; one that is damaged or of another form is made again. A cache that
 *        cannot be written to only costs time.
 * laws:  test/molt/cli/check.test.ts: the second run gives the same bytes, whatever the file is called
 * This file is a trust boundary: an entry whose checksum holds was written by this very molt and is taken at its type.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type Checked, diagnosticsOf, type Options, ruleOf, type Source } from '../../check/index.ts';
import { readText, writeAtomic } from '../../io/files.ts';

export interface Cache {
  readonly read: (source: Source) => Promise<Checked | undefined>;
  readonly write: (source: Source, checked: Checked) => Promise<void>;
}

/** Remembers nothing. */
export const noCache: Cache = { read: async () => undefined, write: async () => undefined };

const digest = (...parts: readonly string[]): string => parts.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256')).digest('hex');

/** Of what runs now: the version, and in a checkout the time of its compilation. */
export const buildOf = (version: string): string => {
  const stamp = fileURLToPath(new URL('../../../.stamp', import.meta.url));
  return existsSync(stamp) ? `${version}+${statSync(stamp).mtimeMs}` : version;
};

/** The same findings about a file of another name. */
const renamed = (checked: Checked, file: string): Checked => ({
  ...checked, file, outcomes: checked.outcomes.map((o) => ({ ...o, diagnostics: o.diagnostics.map((d) => ({ ...d, where: { ...d.where, file } })) })),
});

/** Entries below `folder`, for runs of these options by this build. */
export const cacheIn = (folder: string, build: string, options: Options): Cache => {
  const pathOf = ({ text }: Source): string => join(folder, `${digest(build, JSON.stringify(options), text).slice(0, 32)}.json`);
  return {
    read: async (source) => {
      const path = pathOf(source);
      if (!existsSync(path)) return undefined;
      const text = await readText(path)();
      if (isLeft(text)) return undefined;
      const end = text.right.indexOf('\n');
      const body = text.right.slice(end + 1);
      if (end < 0 || digest(body) !== text.right.slice(0, end)) return undefined;
      return renamed(JSON.parse(body) as Checked, source.file);
    },
    write: async (source, checked) => {
      if (diagnosticsOf(checked).some(({ rule }) => ruleOf(rule).exit === 3)) return;
      const body = JSON.stringify(renamed(checked, ''));
      await writeAtomic(pathOf(source), new TextEncoder().encode(`${digest(body)}\n${body}`))();
    },
  };
};
