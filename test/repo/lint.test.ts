/**
 * The lint configuration refuses what the house forbids, and passes what it allows.
 * idea:  one small tree in the layout of the repository, our configuration copied into it, one run of the linter;
 *        each file says what must be said about it, and `nothing` says that silence is right.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inTree, node, root } from './tree.ts';

interface Case {
  readonly file: string;
  readonly text: string;
  /** part of a message that the linter must give for this file; nothing: none at all */
  readonly says: string | 'nothing';
}

const side = (what: string): string => `import '${what}';\n`;

const refused: readonly Case[] = [
  // arrows between the layers
  { file: 'shapes/up.ts', text: side('../dsl/expr.ts'), says: 'shapes/up.ts may not import dsl/expr.ts' },
  { file: 'shapes/type.ts', text: "import type { A } from '../molt/td.ts';\nexport type B = A;\n", says: 'may not import molt/td.ts' },
  { file: 'shapes/inline.ts', text: "export type B = import('../dsl/expr.ts').A;\n", says: 'may not import dsl/expr.ts' },
  { file: 'shapes/export.ts', text: "export * from '../dsl/expr.ts';\n", says: 'may not import dsl/expr.ts' },
  { file: 'dsl/molt.ts', text: side('../molt/td.ts'), says: 'may not import molt/td.ts' },
  { file: 'dsl/proof.ts', text: side('../proofs/law.ts'), says: 'may not import proofs/law.ts' },
  { file: 'dsl/engine.ts', text: side('./backends/tfjs/index.ts'), says: 'may not import dsl/backends/tfjs/index.ts' },
  { file: 'dsl/simplify/engine.ts', text: side('../backends/tfjs/index.ts'), says: 'may not import dsl/backends/tfjs/index.ts' },
  { file: 'dsl/backends/reference/peer.ts', text: side('../tfjs/index.ts'), says: 'may not import dsl/backends/tfjs/index.ts' },
  { file: 'molt/proof.ts', text: side('../proofs/law.ts'), says: 'may not import proofs/law.ts' },
  { file: 'molt/engine.ts', text: side('../dsl/backends/reference/index.ts'), says: 'may not import dsl/backends' },
  { file: 'molt/disk.ts', text: side('./io/files.ts'), says: 'may not import molt/io/files.ts' },
  { file: 'molt/train/command.ts', text: side('../cli/main.ts'), says: 'may not import molt/cli/main.ts' },
  { file: 'molt/prove/law.ts', text: side('../../proofs/law.ts'), says: 'may not import proofs/law.ts' },
  { file: 'proofs/shapes/molt.ts', text: side('../../molt/td.ts'), says: 'may not import molt/td.ts' },
  { file: 'proofs/test.ts', text: side('../test/help.ts'), says: 'may not import test/help.ts' },
  { file: 'proofs/up.ts', text: side('./molt/td.ts'), says: 'may not import proofs/molt/td.ts' },
  // packages
  { file: 'shapes/pack.ts', text: side('fast-check'), says: 'may not import fast-check' },
  { file: 'dsl/tfjs.ts', text: side('@tensorflow/tfjs-core'), says: 'may not import @tensorflow/tfjs-core' },
  { file: 'dsl/lazy.ts', text: "export const load = () => import('@tensorflow/tfjs-core');\n", says: 'may not import @tensorflow/tfjs-core' },
  { file: 'dsl/codec.ts', text: side('io-ts'), says: 'may not import io-ts' },
  { file: 'molt/fft.ts', text: side('fft.js'), says: 'may not import fft.js' },
  { file: 'molt/store/picture.ts', text: side('sharp'), says: 'may not import sharp' },
  { file: 'molt/weights/load.ts', text: side('@huggingface/hub'), says: 'may not import @huggingface/hub' },
  { file: 'molt/preprocess/read.ts', text: side('node:fs'), says: "may not import Node's fs" },
  { file: 'molt/data/plot.ts', text: side('vega-lite'), says: 'may not import vega-lite' },
  { file: 'molt/train/bar.ts', text: side('cli-progress'), says: 'may not import cli-progress' },
  { file: 'molt/report/svg.ts', text: side('@resvg/resvg-js'), says: 'may not import @resvg/resvg-js' },
  { file: 'molt/data/audio/mp3.ts', text: side('mpg123-decoder'), says: 'may not import mpg123-decoder' },
  { file: 'proofs/engine.ts', text: side('@tensorflow/tfjs-core'), says: 'may not import @tensorflow/tfjs-core' },
  { file: 'dsl/self.ts', text: side('molt/shapes'), says: 'may not import its own package by name' },
  // Node
  { file: 'shapes/fs.ts', text: side('node:fs'), says: "may not import Node's fs" },
  { file: 'dsl/assert.ts', text: side('assert'), says: "may not import Node's assert" },
  { file: 'molt/fs.ts', text: side('node:fs/promises'), says: "may not import Node's fs/promises" },
  { file: 'molt/backbones/fs.ts', text: side('node:path'), says: "may not import Node's path" },
  { file: 'proofs/molt/fs.ts', text: side('node:fs'), says: "may not import Node's fs" },
  { file: 'molt/io/short.ts', text: side('fs'), says: 'write node:fs' },
  { file: 'dsl/computed.ts', text: 'export const load = (name: string) => import(name);\n', says: 'may not import a computed name' },
  // paths that type-check and do not load
  { file: 'dsl/short.ts', text: side('fp-ts/function'), says: 'write fp-ts/lib/<Module>.js' },
  { file: 'dsl/long.ts', text: side('fp-ts/lib/function'), says: 'write fp-ts/lib/<Module>.js' },
  { file: 'dsl/whole.ts', text: side('fp-ts'), says: 'write fp-ts/lib/<Module>.js' },
  { file: 'molt/variants/short.ts', text: side('io-ts/PathReporter'), says: 'write io-ts/lib/<Module>.js' },
  // cycles, through types as well
  { file: 'shapes/ring-a.ts', text: "import { b } from './ring-b.ts';\nexport const a = (): number => b();\n", says: 'Dependency cycle' },
  { file: 'shapes/ring-b.ts', text: "import { a } from './ring-a.ts';\nexport const b = (): number => a();\n", says: 'Dependency cycle' },
  { file: 'shapes/knot-a.ts', text: "import type { B } from './knot-b.ts';\nexport type A = B[];\n", says: 'Dependency cycle' },
  { file: 'shapes/knot-b.ts', text: "import type { A } from './knot-a.ts';\nexport type B = A[];\n", says: 'Dependency cycle' },
  // claims without proof
  { file: 'dsl/any.ts', text: 'export const f = (x: any): unknown => x;\n', says: 'no-explicit-any' },
  { file: 'dsl/bang.ts', text: 'export const f = (x: string | undefined): string => x!;\n', says: 'non-null assertion' },
  { file: 'dsl/as.ts', text: '/** Says nothing of trust. */\nexport const f = (x: unknown): string => x as string;\n', says: 'a type assertion outside a trust boundary' },
  { file: 'dsl/angle.ts', text: '/** Says nothing of trust. */\nexport const f = (x: unknown): string => <string>x;\n', says: 'a type assertion outside a trust boundary' },
  { file: 'dsl/late.ts', text: "import '../shapes/expr.ts';\n/** A trust boundary, said too late. */\nexport const f = (x: unknown): string => x as string;\n", says: 'a type assertion outside' },
  { file: 'dsl/ignore.ts', text: '// @ts-ignore because\nexport const f = (x: number): string => x;\n', says: 'ts-ignore' },
  // state, leftovers, headers
  { file: 'dsl/state.ts', text: 'let n = 0;\nexport const next = (): number => (n += 1);\n', says: 'a module holds no mutable variable' },
  { file: 'dsl/exported.ts', text: 'export let n = 0;\nexport const next = (): number => (n += 1);\n', says: 'a module holds no mutable variable' },
  { file: 'dsl/extended.ts', text: "import type { Tensor } from '../shapes/tensor.ts';\n/** A tensor no more. */\nexport interface Named extends Tensor<[8]> {\n  readonly name: string;\n}\n", says: 'hold a Tensor in a field' },
  { file: 'dsl/crossed.ts', text: "import type { Tensor } from '../shapes/tensor.ts';\nexport type Named = Tensor<[8]> & { readonly name: string };\n", says: 'hold a Tensor in a field' },
  { file: 'dsl/todo.ts', text: '// TODO later\nexport const f = 1;\n', says: 'todo' },
  { file: 'dsl/bare.ts', text: 'export const f = 1;\n', says: 'open the module with a /** header */' },
  { file: 'dsl/talk.ts', text: "export const f = (): void => console.log('x');\n", says: 'console' },
  { file: 'dsl/then.ts', text: 'export const then = (f: number): number => f;\n', says: 'then' },
];

const allowed: readonly Case[] = [
  { file: 'shapes/ok.ts', text: side('fp-ts/lib/Either.js') + side('./base.ts'), says: 'nothing' },
  { file: 'shapes/base.ts', text: 'export const pair = [1, 2] as const;\n', says: 'nothing' },
  { file: 'dsl/ok.ts', text: side('../shapes/ok.ts') + side('./sub/ok.ts'), says: 'nothing' },
  { file: 'dsl/sub/ok.ts', text: 'export const one = 1;\n', says: 'nothing' },
  { file: 'dsl/cast.ts', text: '/** Decodes. This file is a trust boundary: the header was checked. */\nexport const f = (x: unknown): string => x as string;\n', says: 'nothing' },
  { file: 'dsl/backends/reference/index.ts', text: side('../../ok.ts'), says: 'nothing' },
  { file: 'dsl/simplify/ok.ts', text: side('../backends/reference/index.ts'), says: 'nothing' },
  { file: 'dsl/backends/tfjs/index.ts', text: side('@tensorflow/tfjs-core') + side('@tensorflow/tfjs-backend-wasm'), says: 'nothing' },
  { file: 'molt/ok.ts', text: side('../dsl/ok.ts') + side('./backbones/ok.ts'), says: 'nothing' },
  { file: 'molt/backbones/ok.ts', text: side('../../shapes/ok.ts'), says: 'nothing' },
  { file: 'molt/data/audio/ok.ts', text: side('fft.js'), says: 'nothing' },
  { file: 'molt/data/sources/ok.ts', text: side('pngjs') + side('mpg123-decoder') + side('node:fs'), says: 'nothing' },
  { file: 'molt/media/ok.ts', text: side('sharp') + side('node:child_process'), says: 'nothing' },
  { file: 'molt/weights/hub/ok.ts', text: side('@huggingface/hub'), says: 'nothing' },
  { file: 'molt/report/ok.ts', text: side('vega') + side('node:fs'), says: 'nothing' },
  { file: 'molt/cli/ok.ts', text: side('../../proofs/ok.ts') + side('cli-progress') + side('node:process'), says: 'nothing' },
  { file: 'molt/prove/ok.ts', text: side('../../shapes/ok.ts') + side('node:module'), says: 'nothing' },
  { file: 'molt/variants/ok.ts', text: side('io-ts') + side('io-ts/lib/Decoder.js'), says: 'nothing' },
  { file: 'proofs/ok.ts', text: side('../dsl/ok.ts') + side('fast-check'), says: 'nothing' },
  { file: 'proofs/molt/ok.ts', text: side('../../molt/ok.ts') + side('../ok.ts'), says: 'nothing' },
  { file: 'test/ok.test.ts', text: side('../proofs/ok.ts') + side('node:fs') + side('@tensorflow/tfjs-core'), says: 'nothing' },
];

const cases = [...refused, ...allowed];
/** The files have a header, but for those that are about headers. */
const headed = ({ file, text }: Case): string => (/^dsl\/(bare|late)/.test(file) || text.startsWith('/**') ? text : `/** A file of the fixture. */\n${text}`);

interface Diagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
}

describe('lint', () => {
  const found = new Map<string, readonly string[]>();

  beforeAll(async () => {
    const files = Object.fromEntries(cases.map((one) => [one.file, headed(one)]));
    await inTree(files, (folder) => {
      for (const part of ['.oxlintrc.json', 'tools/lint']) cpSync(join(root, part), join(folder, part), { recursive: true });
      const said = node(folder, [join(root, 'node_modules/oxlint/bin/oxlint'), '-f', 'json', 'shapes', 'dsl', 'molt', 'proofs', 'test']);
      const { diagnostics }: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(said.out);
      for (const { filename, code, message } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), `${code}: ${message}`]);
    });
  });

  test.each(refused)('refuses $file: $says', ({ file, says }) => {
    expect(found.get(file)?.join('\n').toLowerCase() ?? 'nothing').toContain(says.toLowerCase());
  });

  test.each(allowed)('allows $file', ({ file }) => {
    expect(found.get(file)).toBeUndefined();
  });
});
