/**
 * `molt diff`: what changed in the lock file since another revision: variants added, removed, and figures before and after.
 * not:   costing: both sides are what was recorded. `molt check` says whether the record is up to date.
 */
import { resolve } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { type Change, change, decodeLock, difference, figureNames, figureOf, grouped, lockName, shownFigure } from '../../check/index.ts';
import { fileAt } from '../check/git.ts';
import { readLock } from '../check/run.ts';
import { command, type Command, optionalText } from '../command.ts';
import { choice, orElse, toggle } from '../flags.ts';
import { aligned } from '../table.ts';
import { type Place, processPlace } from './check.ts';

const parsed = (source: string, content: string): Either<Fault, unknown> => {
  try {
    return right(JSON.parse(content));
  } catch (thrown) {
    return left(fault('Decode', source, [thrown instanceof Error ? thrown.message : String(thrown)], 'JSON'));
  }
};

const rowsOf = ({ file, kind, before, after }: Change): readonly (readonly string[])[] => {
  const name = (after ?? before)?.name ?? file;
  if (kind === 'added' || kind === 'removed') {
    const one = (after ?? before)?.figures;
    return figureNames.map((f, i) => [i === 0 ? name : '', figureOf(f).heading, kind === 'added' ? '' : (one === undefined ? '' : shownFigure(f, one[f])), kind === 'added' && one !== undefined ? shownFigure(f, one[f]) : '', i === 0 ? kind : '']);
  }
  if (before === null || after === null) return [];
  const changed = figureNames.filter((f) => before.figures[f] !== after.figures[f]);
  const renamed = before.name === after.name ? [] : [[name, 'name', before.name, after.name, '']];
  return [...renamed, ...changed.map((f, i) => [i === 0 && renamed.length === 0 ? name : '', figureOf(f).heading, grouped(before.figures[f]), grouped(after.figures[f]), change(before.figures[f], after.figures[f])])];
};

const counts = (changes: readonly Change[]): string => {
  const of = (kind: Change['kind']): number => changes.filter((c) => c.kind === kind).length;
  return `${of('added')} added, ${of('removed')} removed, ${of('changed')} changed, ${of('same')} the same`;
};

const pages = {
  pretty: (revision: string, changes: readonly Change[]): string => [...(changes.every(({ kind }) => kind === 'same') ? [] : aligned(['left', 'left', 'right', 'right', 'right'], [['variant', 'figure', revision, 'now', ''], ...changes.flatMap(rowsOf)])), counts(changes)].join('\n'),
  markdown: (revision: string, changes: readonly Change[]): string => {
    const escaped = (cell: string): string => cell.replace(/[\\`*_[\]<>|#&~]/g, '\\$&');
    const rows = changes.flatMap(rowsOf).map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
    return [`## molt diff ${escaped(revision)}`, '', counts(changes), ...(rows.length === 0 ? [] : ['', `| variant | figure | ${escaped(revision)} | now | |`, '| --- | --- | ---: | ---: | ---: |', ...rows])].join('\n');
  },
  json: (revision: string, changes: readonly Change[]): string => JSON.stringify({ schemaVersion: 1, revision, changes }, null, 2),
} as const;

export const diffCommand = (place: () => Place = processPlace): Command => command({
  name: 'diff',
  summary: 'tell what variants cost more or less than in another git revision',
  operands: { shown: 'REV', most: 1 },
  notes: [`Compares ${lockName} of the revision (main, HEAD~1, v1.2) with the one that lies here; \`molt check --update-baseline\` brings that up to date.`],
  flags: {
    format: orElse(choice(['pretty', 'markdown', 'json'], 'how it is written'), 'pretty'),
    baseline: optionalText('LOCK', `the lock file, below this folder (${lockName})`),
    'exit-code': toggle('exit code 1 if anything changed'),
  },
  run: ({ flags, operands: [revision] }, terminal) => {
    const { cwd } = place();
    const file = flags.baseline ?? lockName;
    return pipe(
      revision === undefined ? TE.left(fault('Usage', 'molt diff', ['no revision'], 'molt diff REV', 'molt diff main')) : fileAt(cwd, revision, file),
      TE.chainEitherK((content) => parsed(`${file} at ${revision ?? ''}`, content)),
      TE.chainEitherK((json) => decodeLock(`${file} at ${revision ?? ''}`, json)),
      TE.bindTo('before'),
      TE.bind('after', () => readLock(resolve(cwd, file))),
      TE.chainEitherK(({ before, after }) => difference(before, after)),
      TE.map((changes) => {
        terminal.out(pages[flags.format](revision ?? '', changes));
        return flags['exit-code'] && changes.some(({ kind }) => kind !== 'same') ? 1 : 0;
      }),
    );
  },
});

export const diff = diffCommand();
