/** The last line of every test run, for people and for machines that read one line. */
export const summary = ({ passed, failed, skipped = 0 }) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
