// Imported before anything else: it runs on a Node.js that is too old for the rest.
const wanted = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(
    `Millrace needs Node.js ${wanted.join('.')} or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}
