/**
 * The WebAssembly kernels from their text: `node tools/wasm/build.mjs` writes the bytes as TypeScript
 * modules; with `--check` it only compares, exit code 1 where a module is not what its text makes.
 * idea:  the bytes are committed, so neither building nor running needs the tool; a test makes them anew and compares.
 * laws:  test/dsl/optim/kernel.test.ts
 * source: https://github.com/AssemblyScript/wabt.js (WABT's assembler)
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assembler from 'wabt';

/** Text to bytes; paths from the repository's root. */
const kernels = [
  { from: 'dsl/optim/kernel.wat', to: 'dsl/optim/kernel-bytes.ts' },
  { from: 'dsl/backends/tfjs/kernel.wat', to: 'dsl/backends/tfjs/kernel-bytes.ts' },
];

const { parseWat } = await assembler();

const bytesOf = (name, text, shared) => {
  const parsed = parseWat(name, text, { simd: true, threads: shared });
  try {
    parsed.resolveNames();
    if (!shared) parsed.validate(); // the tool's validator does not know threads; the module differs in its import only
    return Buffer.from(parsed.toBinary({ write_debug_names: false }).buffer);
  } finally {
    parsed.destroy();
  }
};

const quoted = (bytes) => (bytes.toString('base64').match(/.{1,120}/g) ?? []).map((line) => `    '${line}',\n`).join('');

/** The module that holds a kernel's bytes, for memory of one thread and for memory that threads share. */
const made = (text, { from }) => {
  const parts = { own: bytesOf(from, text, false), shared: bytesOf(from, text.replace('(memory 0)', '(memory 0 65536 shared)'), true) };
  const rows = Object.entries(parts).map(([name, bytes]) => `  ${name}: [\n${quoted(bytes)}  ].join(''),\n`).join('');
  return `/**\n * The bytes of kernel.wat beside this file, in base64. Made by tools/wasm/build.mjs: change the text, not this.\n */\nexport const kernelBytes = {\n${rows}} as const;\n`;
};

const root = fileURLToPath(new URL('../..', import.meta.url));
for (const kernel of kernels) {
  const [to, text] = [join(root, kernel.to), made(readFileSync(join(root, kernel.from), 'utf8'), kernel)];
  if (!process.argv.includes('--check')) writeFileSync(to, text);
  else if (readFileSync(to, 'utf8') !== text) {
    console.error(`${kernel.to} is not what ${kernel.from} makes: node tools/wasm/build.mjs`);
    process.exitCode = 1;
  }
}
