/** A reporter of knip that says nothing but how many files it looked at. */
// biome-ignore lint/style/noDefaultExport: this is how knip finds a reporter
export default ({ counters, write }) => write(`looked at ${counters.processed} files`);
