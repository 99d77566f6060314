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
const kernels = [{ from: 'dsl/optim/kernel.wat', to: 'dsl/optim/kernel-bytes.ts' }];

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** The module that holds a kernel's bytes. */
const made = async (root, { from }) => {
  const { parseWat } = await assembler();
  const parsed = parseWat(from, readFileSync(join(root, from)), { simd: true });
  try {
    parsed.resolveNames();
    parsed.validate();
    const lines = base64(parsed.toBinary({ write_debug_names: false }).buffer).match(/.{1,120}/g) ?? [];
    return `/**\n * The bytes of kernel.wat beside this file, in base64. Made by tools/wasm/build.mjs: change the text, not this.\n */\nexport const kernelBytes: string = [\n${lines.map((line) => `  '${line}',\n`).join('')}].join('');\n`;
  } finally {
    parsed.destroy();
  }
};

const root = fileURLToPath(new URL('../..', import.meta.url));
for (const kernel of kernels) {
  const [to, text] = [join(root, kernel.to), await made(root, kernel)];
  if (!process.argv.includes('--check')) writeFileSync(to, text);
  else if (readFileSync(to, 'utf8') !== text) {
    console.error(`${kernel.to} is not what ${kernel.from} makes: node tools/wasm/build.mjs`);
    process.exitCode = 1;
  }
}
