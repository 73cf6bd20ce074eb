import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Writes what the image contains besides its base: the packages and their versions (CycloneDX), always the same. */
const file = process.argv[2];
if (!file) throw new Error('usage: node sbom.mjs FILE');
const said = execFileSync('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const bill = JSON.parse(said);
// A number at random and the time of day: two builds of one commit would differ by nothing else.
delete bill.serialNumber;
delete bill.metadata.timestamp;
writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${file}: ${bill.components.length} packages`);
