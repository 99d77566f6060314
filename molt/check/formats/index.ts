/**
 * Formats: a result as text, for people, programs and CI systems; each a pure function.
 */
import type { Result } from '../result.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdownPage } from './markdown.ts';
import { pretty } from './pretty.ts';
import { sarif } from './sarif.ts';

export const formats = { pretty, json, github, junit, sarif, markdown: markdownPage } as const satisfies { readonly [name: string]: (result: Result) => string };
export type FormatName = keyof typeof formats;

const isFormat = (name: string): name is FormatName => Object.hasOwn(formats, name);
export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormat);
