/**
 * The report of `molt demo`: its record, the page, and the table for the terminal.
 */
export { renderReport } from './page.ts';
export { base64 } from './pictures.ts';
export type * from './record.ts';
export { tableText } from './table.ts';
export { loadTools, toolsInstallCommand, toolVersions } from './tools.ts';
