import { writeFile } from 'node:fs/promises';
import { prometheusRuleFile, prometheusRuleText } from './prometheus-rule.ts';
import { rulesFile, rulesText } from './rules-text.ts';

await writeFile(rulesFile, rulesText());
// Of all files of rules, the one just written among them.
await writeFile(prometheusRuleFile, prometheusRuleText());
console.log(`written: ${rulesFile}, ${prometheusRuleFile}`);
