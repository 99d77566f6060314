#!/usr/bin/env node
/**
 * `npm run bench [-- CASE… --rounds N --quick --output FOLDER]`: measures ours and the peers; `--help` tells the rest.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileBench } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { main } = await import(pathToFileURL(join(await compileBench(root), 'bench', 'main.js')).href);
process.exitCode = await main(process.argv.slice(2), root);
