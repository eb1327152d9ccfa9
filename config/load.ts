import { checkCalls } from './checks/calls.ts';
import { checkCompany } from './checks/company.ts';
import { checkConditions } from './checks/conditions.ts';
import { checkConnections } from './checks/connections.ts';
import type { CheckInput, Registry } from './checks/input.ts';
import { checkPlans } from './checks/plans.ts';
import { checkPlays } from './checks/plays.ts';
import { schemaProblems } from './checks/schema-issues.ts';
import { checkPastedSecrets, checkReferences } from './checks/secrets.ts';
import { sectionAt } from './checks/sections.ts';
import { checkTemplateNames } from './checks/template-names.ts';
import { checkTemplates } from './checks/templates.ts';
import { checkTrials } from './checks/trials.ts';
import { checkTriggers } from './checks/triggers.ts';
import { checkUsage } from './checks/usage.ts';
import { configJsonSchema } from './json-schema.ts';
import { makeProblem, type Problem, sortProblems } from './problem.ts';
import { type Config, config as configSchema } from './schema/index.ts';
import type { Environment } from './secrets.ts';
import { type Files, hashFiles, MAIN_FILE, readFolder } from './source/folder.ts';
import { hideSecrets } from './source/secret-shapes.ts';
import { readYaml, type YamlSource } from './source/yaml-source.ts';
import { compileTemplates, type Templates } from './templates.ts';

export type { Registry } from './checks/input.ts';
export type { Problem } from './problem.ts';
export type { Files } from './source/folder.ts';

export interface LoadOptions {
  /** Manifests by connector name. */
  connectors: Registry;
  /** For references to secrets: what is not set here is a warning. */
  env: Environment;
}

export interface LoadedConfig {
  config: Config;
  /** SHA-256 of all files: names this version. */
  hash: string;
  templates: Templates;
  /** Absolute or as given; `file:` references are relative to it. */
  dir: string;
  /** The files themselves: loadConfigFiles makes the same config of them again. */
  files: Files;
}

export type LoadResult =
  | { ok: true; config: LoadedConfig; warnings: Problem[] }
  /** All errors and warnings, in the order of reading. */
  | { ok: false; problems: Problem[] };

/** Reads a config folder: headroom.yaml and templates/. Never throws for what is in the folder. */
export async function loadConfigFolder(dir: string, options: LoadOptions): Promise<LoadResult> {
  const folder = await readFolder(dir);
  return load(folder.files, dir, folder.problems, options);
}

/** The same from files at hand, such as a stored version. */
export function loadConfigFiles(files: Files, dir: string, options: LoadOptions): Promise<LoadResult> {
  return load(files, dir, [], options);
}

async function load(files: Files, dir: string, found: Problem[], options: LoadOptions): Promise<LoadResult> {
  const text = files[MAIN_FILE];
  const source = text === undefined ? null : readYaml(MAIN_FILE, text);
  const input = source && checkInput(source, dir, options);
  const problems = [...found, ...(source?.problems ?? [])];

  let config: Config | null = null;
  if (source && input) {
    const parsed = configSchema.safeParse(source.data);
    if (source.data === null) problems.push(emptyFile(source));
    else problems.push(...structureProblems(input, parsed.error?.issues ?? []));
    config = parsed.data ?? null;
  }

  const set = await compileTemplates(files, plansOf(source?.data));
  problems.push(...set.problems);
  const wrongNames = input && source?.data !== null ? checkTemplateNames(input, set) : [];
  problems.push(...wrongNames);
  if (input && config) {
    const broken = new Set([...set.problems, ...wrongNames].flatMap(({ file, path }) => [file, path]));
    problems.push(...checkCalls(input, config), ...checkTemplates(input.source, config, set, broken));
  }
  const secrets = checkPastedSecrets(files, input);
  // What else is wrong with a pasted secret matters no more.
  const leaks = new Set(secrets.map(placeOf));
  const all = [...secrets, ...problems.filter((problem) => !leaks.has(placeOf(problem)))];

  const shown = sortProblems(all).map(withoutSecrets);
  if (!config || shown.some((problem) => problem.severity === 'error')) return { ok: false, problems: shown };
  return {
    ok: true,
    config: { config, hash: hashFiles(files), templates: set.templates, dir, files },
    warnings: shown,
  };
}

function checkInput(source: YamlSource, dir: string, { connectors, env }: LoadOptions): CheckInput | null {
  if (source.data === undefined) return null;
  const jsonSchema = configJsonSchema();
  return { source, data: source.data, connectors, env, dir, jsonSchema };
}

type Issues = Parameters<typeof schemaProblems>[0];

function structureProblems(input: CheckInput, issues: Issues): Problem[] {
  return [
    ...schemaProblems(issues, { ...input, base: [] }),
    ...checkCompany(input),
    ...checkConnections(input),
    ...checkReferences(input),
    ...checkPlans(input),
    ...checkUsage(input),
    ...checkConditions(input),
    ...checkTriggers(input),
    ...checkTrials(input),
    ...checkPlays(input),
  ];
}

function emptyFile(source: YamlSource): Problem {
  return makeProblem(source.file, { line: 1, column: 1 }, [], {
    message: 'the file is empty, or holds comments only',
    allowed: ['version, company, connections, products, metrics, triggers, play_order, plays, routing'],
    example: 'copy config/examples/tidewater as a start',
  });
}

/** Null where no plan can be read: then templates of any plan will do. */
function plansOf(data: unknown): string[] | null {
  const products = Object.keys(sectionAt(data, 'products'));
  if (products.length === 0) return null;
  return [...new Set(products.flatMap((product) => Object.keys(sectionAt(data, 'products', product, 'plans'))))];
}

const placeOf = ({ file, line, column }: Problem) => `${file}:${line}:${column}`;

function withoutSecrets(problem: Problem): Problem {
  const hide = (text: string | null) => (text === null ? null : hideSecrets(text));
  return {
    ...problem,
    path: hideSecrets(problem.path),
    message: hideSecrets(problem.message),
    found: hide(problem.found),
    suggestion: hide(problem.suggestion),
    allowed: problem.allowed.map(hideSecrets),
  };
}
