/**
 * `molt init`: a first variant file, and beside it a page that explains every key, since JSON has no comments.
 * laws:  test/molt/cli/check.test.ts: what it writes passes `molt check`; nothing is overwritten
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { lockName } from '../../check/index.ts';
import { writeAtomic } from '../../io/files.ts';
import { command, type Command } from '../command.ts';
import { type Place, processPlace } from './check.ts';

/** Every key of a MoLT variant, with its default where it has one. */
const starter = {
  schemaVersion: 1,
  name: 'molt-late',
  backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat', position: 'late' },
  adapter: {
    kind: 'molt', uda: 2, cda: 2, tokens: 8, heads: 8, width: { visual: null, audio: null }, mix: 'token', share: 'none',
    router: { hidden: 128 }, fusion: { kind: 'mlp', hidden: 128, over: 'token' }, tor: { weight: 0.1, scale: 'mean' },
  },
  task: { kind: 'ave', classes: 28, segments: 10 },
  budgets: { trainableParameters: 120_000_000, savedBytesPerSample: 20_000_000, peakBytes: 2_000_000_000, multiplyAdds: 3_000_000_000, exportedBytes: 500_000_000 },
} as const;

/** Objects of one line where they fit. */
const written = (value: unknown, indent = ''): string => {
  const line = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
  if (typeof value !== 'object' || value === null || Array.isArray(value) || (line.length + indent.length < 110 && indent !== '')) return line;
  const inner = `${indent}  `;
  return `{\n${Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${written(one, inner)}`).join(',\n')}\n${indent}}`;
};

const page = `# Variants

Each file here is one architecture. \`npx molt check\` says of each what is wrong, what it costs, and whether that is within its budgets;
\`npx molt show FILE\` draws it, \`npx molt params FILE\` counts its weights by part. JSON has no comments, so they are here.

| key | meaning |
|---|---|
| \`schemaVersion\` | 1 |
| \`name\` | one line of text, shown in tables |
| \`backbones\` | frozen trunks by name, and \`position\`: which of their layer pairs are read: \`early\`, \`middle\`, \`late\`, or several joined by \`+\` |
| \`features\` | instead of \`backbones\`: pairs of layers by size, \`{ "visual": [{ "tokens": 36, "channels": 1536 }], "audio": [{ "tokens": 64, "channels": 768 }] }\` |
| \`adapter.kind\` | \`molt\`, or a rival (a wrong name is answered with the list); the other keys of \`adapter\` depend on it |
| \`adapter.uda\`, \`adapter.cda\` | uni-modal and cross-modal adapters of each layer pair; not both 0 |
| \`adapter.tokens\`, \`adapter.heads\` | latent tokens of each adapter; attention heads, which divide the width |
| \`adapter.width\` | width of the attention by modality; \`null\`: the channels of the layer |
| \`adapter.mix\` | \`token\`: latent tokens are mixed from the layer's tokens; \`pooled-channel\`: from its pooled channels |
| \`adapter.share\` | \`none\`: projections of each adapter; \`layer\`: one set for each layer; \`all\`: one set |
| \`adapter.router\` | units of the router's hidden layer |
| \`adapter.fusion\` | \`mlp\` (softmax over all tokens, or over layers at each token), \`average\` or \`gates\` |
| \`adapter.tor\` | weight of the orthogonality of tokens in the loss; \`mean\` divides it by the number of pairs |
| \`task\` | \`none\`, \`ave\` (event localisation), \`avs\` (segmentation), \`avqa\` (questions) with their own keys |
| \`budgets\` | upper limits, each optional: trainable weights; bytes kept for backward per sample; bytes at the peak of a training step; multiply-adds of inference per sample; bytes of the exported weights |

Everything but \`schemaVersion\`, \`name\`, \`adapter.kind\` and one of \`backbones\` and \`features\` has a default. A misspelt key is an error that names
the nearest known one.

A block of your own is a variant too: a module that exports \`claim(block, { inputs, at })\` of molt/proofs, given by name or pattern: \`npx molt check 'blocks/*.ts'\`.

\`npx molt check --update-baseline\` writes the figures of all variants to \`${lockName}\`. Commit it: from then on a change of any figure is a
finding until it is recorded, and \`npx molt diff main\` tells what changed.

In GitHub Actions: \`npx molt check --format github\` (annotations at file and line), \`--format sarif --output molt.sarif\` (code scanning),
\`--format junit --output molt.xml\` (test reports).
`;

/** Writes each file that is not there; none if one of them is. */
const fresh = (files: readonly (readonly [string, string])[], shown: (path: string) => string): TE.TaskEither<Fault, void> => {
  const there = files.filter(([path]) => existsSync(path));
  if (there.length > 0) return TE.left(fault('Usage', 'molt init', there.map(([path]) => `${shown(path)} is there already`), 'a folder without these files: nothing is overwritten', 'molt init ANOTHER-FOLDER'));
  return pipe(files, TE.traverseSeqArray(([path, content]) => writeAtomic(path, new TextEncoder().encode(content))), TE.map(() => undefined));
};

export const initCommand = (place: () => Place = processPlace): Command => command({
  name: 'init',
  summary: 'write a first variant file, and a page that explains its keys',
  operands: { shown: '[FOLDER]', most: 1 },
  notes: ['FOLDER is variants if not given. Nothing is overwritten.'],
  flags: {},
  run: ({ flags, operands: [folder = 'variants'] }, terminal) => {
    const { cwd } = place();
    const files = [['molt-late.json', `${written(starter)}\n`], ['README.md', page]] as const;
    const inside = (name: string): string => (/[\\/]$/.test(folder) ? folder + name : `${folder}/${name}`);
    return pipe(
      fresh(files.map(([name, content]) => [resolve(cwd, folder, name), content] as const), (path) => inside(path.slice(resolve(cwd, folder).length).replace(/^[\\/]/, ''))),
      TE.map(() => {
        if (!flags.quiet) for (const [name] of files) terminal.out(`wrote ${inside(name)}`);
        if (!flags.quiet) terminal.out(`next: npx molt check ${folder}`);
        return 0;
      }),
    );
  },
});

export const init = initCommand();
