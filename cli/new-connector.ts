import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const CAPABILITIES = ['message', 'crm', 'chat', 'usage', 'billing'] as const;
export type ScaffoldCapability = (typeof CAPABILITIES)[number];

export interface NewConnector {
  /** The clone in which it is made. */
  root: string;
  name: string;
  capability: ScaffoldCapability;
}

/**
 * Copies the templates of connectors/kit/scaffold into a folder of its own and names the connector in the three lists.
 * Templates are code that compiles where it lies; only names and the way to the kit change.
 * @returns the files that were made, and those that got a line, relative to the root
 */
export function newConnector({ root, name, capability }: NewConnector): { made: string[]; changed: string[] } {
  const scaffold = path.join(root, 'connectors', 'kit', 'scaffold');
  const target = path.join(root, 'connectors', name);
  const sources = [path.join(scaffold, 'common'), path.join(scaffold, capability)];
  /** Where a file of the repository is after the copy. */
  const placed = (file: string): string => {
    const source = sources.find((folder) => file.startsWith(folder + path.sep));
    return source === undefined ? file : path.join(target, path.relative(source, file));
  };
  const made: string[] = [];
  for (const source of sources) {
    for (const entry of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const from = path.join(source, entry);
      const to = placed(from);
      const text = readFileSync(from, 'utf8').replace(/from '(\.[^']+)'/g, (_, specifier: string) => {
        const wanted = placed(path.resolve(path.dirname(from), specifier));
        const relative = path.relative(path.dirname(to), wanted).split(path.sep).join('/');
        return `from '${relative.startsWith('.') ? relative : `./${relative}`}'`;
      });
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(to, renamed(text, name));
      made.push(path.relative(root, to));
    }
  }
  const lists: [file: string, specifier: string, exported: string, opening: string][] = [
    ['connectors/registry.ts', `./${name}/index.ts`, camel(name), 'export const connectors'],
    ['sandbox/twins.ts', `../connectors/${name}/twin/index.ts`, `make${pascal(name)}Twin`, 'export const twins'],
    ['conformance/subjects.ts', `../connectors/${name}/conformance.ts`, 'conformance', 'const samples'],
  ];
  for (const [file, specifier, exported, opening] of lists) {
    const at = path.join(root, file);
    const local = exported === 'conformance' ? camel(name) : exported;
    const imported = exported === local ? exported : `${exported} as ${local}`;
    const entry = name === local ? `  ${name},` : `  ${name}: ${local},`;
    writeFileSync(at, listed(readFileSync(at, 'utf8'), `import { ${imported} } from '${specifier}';`, opening, entry));
  }
  const changed = lists.map(([file]) => file);
  formatted(root, [path.join('connectors', name), ...changed]);
  return { made: made.sort(), changed };
}

/** A longer name than the templates' moves line breaks: what is made must pass the lint as it is. */
function formatted(root: string, files: string[]): void {
  const biome = path.join(root, 'node_modules', '.bin', 'biome');
  execFileSync(biome, ['check', '--write', ...files], { cwd: root, stdio: 'ignore' });
}

/** @returns why there can be no connector of this name, or null */
export function nameProblem(root: string, name: string): string | null {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) return `${name} is no name for a connector`;
  return existsSync(path.join(root, 'connectors', name)) ? `connectors/${name} is there already` : null;
}

const pascal = (name: string) =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
const camel = (name: string) => pascal(name).replace(/^./, (first) => first.toLowerCase());

function renamed(text: string, name: string): string {
  return text
    .replaceAll('acmeVendor', camel(name))
    .replaceAll('ACME', name.toUpperCase())
    .replaceAll('Acme', pascal(name))
    .replaceAll('api.acme.example', `api.${name.replaceAll('_', '-')}.example`)
    .replaceAll('docs.acme.example', `docs.${name.replaceAll('_', '-')}.example`)
    .replaceAll('acme', name);
}

/** The import among the others, in their order, and the entry at the end of the list. */
function listed(text: string, line: string, opening: string, entry: string): string {
  const lines = text.split('\n');
  const place = (one: string) => /from '([^']+)'/.exec(one)?.[1] ?? '';
  const wanted = place(line);
  const folder = wanted.slice(0, wanted.lastIndexOf('/', wanted.startsWith('..') ? 13 : 1));
  const imports = lines.flatMap((one, i) => (one.startsWith('import ') && place(one).startsWith(folder) ? [i] : []));
  const after = imports.find((i) => place(lines[i] ?? '') > wanted) ?? (imports.at(-1) ?? -1) + 1;
  lines.splice(after, 0, line);
  const start = lines.findIndex((one) => one.startsWith(opening));
  const end = lines.indexOf('};', start);
  lines.splice(end, 0, entry);
  return lines.join('\n');
}
