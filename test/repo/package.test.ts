/**
 * The package: every subpath it exports exists and loads, what it packs is what it needs, nothing runs at install.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inTree, node, root } from './tree.ts';

interface Package {
  readonly type: string;
  readonly license: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly dev?: boolean; readonly version?: string }>>;
}
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest: Package = JSON.parse(read('package.json'));
const lock: Lock = JSON.parse(read('package-lock.json'));
const subpaths = Object.entries(manifest.exports).flatMap(([name, to]) => (typeof to === 'string' ? [] : [{ name, ...to }]));
const source = (compiled: string): string => compiled.replace('./dist/', '').replace(/(\.d\.ts|\.js)$/, '.ts');

describe('manifest', () => {
  test('ESM only, types first, one source behind both', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.engines.node).toBe('>=20.19');
    for (const { name, ...to } of subpaths) {
      expect(Object.keys(to), name).toEqual(['types', 'default']);
      expect(source(to.types), name).toBe(source(to.default));
    }
  });

  test.each(subpaths)('$name has a source', (to) => {
    expect(existsSync(join(root, source(to.default)))).toBe(true);
  });

  test('versions are exact: the same tree tomorrow', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  test('the licence is Apache-2.0, in full', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/);
    expect(read('LICENSE')).toContain('the molt authors');
  });
});

describe('installation', () => {
  test('no script of ours runs at install', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare|prepublish)$/.test(name))).toEqual([]);
  });

  test('no package that users get has an install script; those that developers get work without theirs', () => {
    const scripted = Object.entries(lock.packages).filter(([, one]) => one.hasInstallScript === true);
    expect(scripted.filter(([, one]) => one.dev !== true)).toEqual([]);
    // esbuild's script only swaps its launcher for the binary, which comes as an optional package (macOS: fsevents), as does koffi's;
    // the ffmpeg packages only set a mode that the archive has already;
    // onnxruntime-node's fetches CUDA libraries (refused in .npmrc); protobufjs's prints a warning about versions
    const known = new Set(['esbuild', 'fsevents', 'koffi', 'onnxruntime-node', 'protobufjs']);
    expect(scripted.map(([path]) => path.replace(/^.*node_modules\//, '')).filter((name) => !known.has(name) && !name.startsWith('@ffmpeg-installer/'))).toEqual([]);
  });

  test('the lock file knows every platform: npm ci accepts it elsewhere too', () => {
    for (const [tool, prefix] of [['oxlint', '@oxlint/binding-'], ['rolldown', '@rolldown/binding-'], ['esbuild', '@esbuild/'], ['sharp', '@img/sharp-']] as const) {
      const wanted: { readonly optionalDependencies: Readonly<Record<string, string>> } = JSON.parse(read(`node_modules/${tool}/package.json`));
      const missing = Object.keys(wanted.optionalDependencies).filter((name) => name.startsWith(prefix) && lock.packages[`node_modules/${name}`]?.version === undefined);
      expect(missing, tool).toEqual([]);
    }
  });
});

describe('after the build', () => {
  beforeAll(() => {
    const said = node(root, ['tools/compile.mjs']);
    expect(said.err.replace('molt: compiling…\n', '')).toBe('');
  });

  test.each(subpaths)('$name has code and types', (to) => {
    expect([to.types, to.default].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('what is packed is what is needed: dist/, the launcher, and the papers', () => {
    const said = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', env: { ...process.env, npm_config_loglevel: 'error' } });
    const [packed]: readonly [{ readonly files: readonly { readonly path: string }[] }] = JSON.parse(said.stdout);
    const outside = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
    expect(outside.sort()).toEqual(['LICENSE', 'NOTICE', 'README.md', 'molt/cli/molt.mjs', 'molt/variants/variant.schema.json', 'package.json']);
  });

  test('every subpath loads by its name', () => {
    const names = subpaths.map(({ name }) => `molt${name.slice(1)}`);
    const script = `for (const name of ${JSON.stringify(names)}) console.log(name, Object.keys(await import(name)).length > 0);`;
    const said = node(root, ['--input-type=module', '-e', script]);
    expect(said.err).toBe('');
    expect(said.out.trim().split('\n')).toEqual(names.map((name) => `${name} true`));
  });

  test.each([
    ['TypeScript 7', '@typescript/native/bin/tsc'],
    ['TypeScript 6', 'typescript/bin/tsc6'],
  ])('a strict project that uses every subpath type-checks: %s', async (_, compiler) => {
    const names = subpaths.map(({ name }) => `molt${name.slice(1)}`);
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', types: ['node'] };
    const files = {
      'package.json': JSON.stringify({ type: 'module' }),
      'tsconfig.json': JSON.stringify({ compilerOptions: strict, files: ['use.ts'] }),
      'use.ts': `${names.map((name, i) => `import * as m${i} from '${name}';`).join('\n')}\nexport const all = [${names.map((_name, i) => `m${i}`).join(', ')}];\n`,
    };
    await inTree(files, (folder) => {
      rmSync(join(folder, 'node_modules'));
      mkdirSync(join(folder, 'node_modules'));
      for (const name of readdirSync(join(root, 'node_modules')).filter((one) => !one.startsWith('.'))) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
      // as npm would lay it out: the manifest and dist/, so that nothing but what is published can be reached
      mkdirSync(join(folder, 'node_modules/molt'));
      cpSync(join(root, 'package.json'), join(folder, 'node_modules/molt/package.json'));
      cpSync(join(root, 'dist'), join(folder, 'node_modules/molt/dist'), { recursive: true });
      // declarations of other packages may have their own troubles under skipLibCheck: false; ours may not
      const said = node(folder, [join(root, 'node_modules', compiler), '--pretty', 'false', '-p', '.']);
      expect(said.out.split('\n').filter((line) => /^(node_modules\/molt\/|use\.ts|error)/.test(line))).toEqual([]);
    });
  });
});
