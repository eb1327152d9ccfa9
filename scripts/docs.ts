/**
 * Makes what is written from code: the JSON Schema of the config, the copy of the OpenAPI description, and the marked
 * parts of the pages in docs/. `--check` writes nothing and ends with 1 when something is not as the code has it, or a
 * link leads nowhere.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { configJsonSchema } from '../config/json-schema.ts';
import { fillBlocks } from './docs/blocks.ts';
import { configReference } from './docs/config-reference.ts';
import { brokenLinks } from './docs/links.ts';
import { openApiText, summariesOf } from './docs/openapi.ts';
import { connectorTable, guardrailOrder, guardrailSettings, reasons, roleTable } from './docs/tables.ts';

const ROOT = path.join(import.meta.dirname, '..');
/** Made by tools, never committed. */
const NOT_OURS = ['node_modules', 'coverage', 'data'];
const check = process.argv.includes('--check');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const stale: string[] = [];

function keep(file: string, text: string, same = read(file) === text): void {
  if (same) return;
  stale.push(file);
  if (!check) writeFileSync(path.join(ROOT, file), text);
}

function pages(): string[] {
  const docs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', 'CONTRIBUTING.md', ...docs.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)];
}

const schema: unknown = JSON.parse(JSON.stringify(configJsonSchema()));
const SCHEMA = 'config/headroom.schema.json';
// The formatter may lay it out as it likes.
keep(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`, isDeepStrictEqual(JSON.parse(read(SCHEMA)), schema));

const openApi = await openApiText();
keep('docs/openapi.json', openApi);

const makers = {
  'config-reference': configReference,
  'guardrail-settings': guardrailSettings,
  'guardrail-order': guardrailOrder,
  reasons,
  roles: () => roleTable(summariesOf(openApi)),
  connectors: connectorTable,
};
const broken: string[] = [];
for (const file of pages()) {
  const text = fillBlocks(read(file), makers, file);
  keep(file, text);
  broken.push(...brokenLinks(file, text, ROOT));
}

const readme = read('README.md');
const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.includes(entry.name),
);
for (const { name } of folders)
  if (!readme.includes(`| \`${name}/\` |`)) broken.push(`README.md: no word about ${name}/`);

for (const sentence of broken) console.error(sentence);
for (const file of stale) console.error(check ? `${file} is not as the code has it: npm run docs` : `${file}: written`);
if (broken.length > 0 || (check && stale.length > 0)) process.exitCode = 1;
else console.log(`docs are as the code has them (${pages().length} pages, ${Object.keys(makers).length} parts)`);
