#!/usr/bin/env node
/**
 * `MOLT_PYTHON=python node bench/agree.mjs [BACKBONE…] [--engine ort-node] [--batch N] [--seed N]`: whole trunks at full size against PyTorch, block by block.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileBench } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { main } = await import(pathToFileURL(join(await compileBench(root), 'bench', 'agree.js')).href);
process.exitCode = await main(process.argv.slice(2), root);
