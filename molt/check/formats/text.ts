/**
 * Text: what the formats share: aligned columns, escaping, a fingerprint.
 */

/** Aligned lines without trailing blanks; the first `left` columns lean on the left side, the others on the right. */
export const columns = (left: number, rows: readonly (readonly string[])[]): readonly string[] => {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, c) => Math.max(0, ...rows.map((row) => (row[c] ?? '').length)));
  return rows.map((row) => row.map((cell, c) => (c < left ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  ').trimEnd());
};

const named: { readonly [letter: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text inside XML 1.0, elements and attributes: what XML cannot hold becomes U+FFFD, line ends of attributes stay. */
export const xml = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\uFFFD')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
    .replace(/[&<>"']/g, (c) => named[c] ?? c)
    .replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Text inside a Markdown table or line: nothing of it is markup. */
export const markdown = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_[\]<>|#&~]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`));

/**
 * FNV-1a of 64 bits over UTF-8, as hexadecimal digits: tells findings apart, protects nothing.
 * source: Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv
 */
export const fingerprint = (...parts: readonly string[]): string => {
  const bytes = new TextEncoder().encode(parts.join('\u0000'));
  return bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n).toString(16).padStart(16, '0');
};
