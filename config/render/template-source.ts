import { z } from 'zod';
import { nearestName } from '../../domain/conditions/index.ts';
import { schemaProblems } from '../checks/schema-issues.ts';
import type { JsonSchema } from '../json-schema.ts';
import { makeProblem, type Position, type Problem } from '../problem.ts';
import { type Channel, emailFrontMatter, inAppFrontMatter } from '../schema/index.ts';
import { readYaml } from '../source/yaml-source.ts';

/** A piece of Liquid in a template file and the way back to its lines. */
export interface SourcePiece {
  text: string;
  /** Position in the file of a 1-based line and column of the piece. */
  at: (line: number, column: number) => Position;
}

/** A template file, read but not compiled. */
export interface TemplateSource {
  file: string;
  /** Plan key, or `_all`. */
  plan: string;
  name: string;
  channel: Channel;
  category: 'service' | 'marketing';
  /** Subject of a mail, title of a prompt. */
  subject: SourcePiece;
  preheader: SourcePiece | null;
  button: SourcePiece | null;
  body: SourcePiece;
}

const FILE = /^templates\/([a-z][a-z0-9_]*|_all)\/([a-z][a-z0-9_-]*)\.(email|in_app)\.md$/;
const FRONT_MATTER = /^---\r?\n([\s\S]*?\r?\n)---[ \t]*(?:\r?\n|$)/;
const EXAMPLE =
  '---\nsubject: "{{ meter.utilization | percent }} of your {{ meter.name }} are used"\ncategory: marketing\n---';

const FRONT: Record<Channel, z.ZodType> = { email: emailFrontMatter, in_app: inAppFrontMatter };

type Name = Pick<TemplateSource, 'plan' | 'name' | 'channel'>;
export type ReadTemplate = { name: Name | null; source: TemplateSource | null; problems: Problem[] };

/** Splits a template file into its pieces. `plans`: the names that a folder of templates/ may have; null = any. */
export function readTemplate(file: string, text: string, plans: string[] | null): ReadTemplate {
  const named = readName(file, plans);
  if (!named.ok) return { name: null, source: null, problems: [named.problem] };
  const { name } = named;
  const matched = FRONT_MATTER.exec(text);
  if (!matched) {
    const message = 'the file does not start with lines between --- that say subject and category';
    return {
      name,
      source: null,
      problems: [makeProblem(file, { line: 1, column: 1 }, [], { message, example: EXAMPLE })],
    };
  }
  const { channel } = name;
  const yaml = readYaml(file, matched[1] ?? '', 1);
  const front = FRONT[channel];
  const parsed = front.safeParse(yaml.data ?? {});
  if (yaml.problems.length > 0 || !parsed.success) {
    // As in json-schema.ts: zod's type of the result is wider than what it writes.
    const jsonSchema = z.toJSONSchema(front, { io: 'input', target: 'draft-7' }) as JsonSchema;
    const place = { source: yaml, data: yaml.data ?? {}, jsonSchema, base: [] };
    const wrong = yaml.data === undefined ? [] : schemaProblems(parsed.error?.issues ?? [], place);
    const problems = [...yaml.problems, ...wrong.map((problem) => ({ ...problem, example: EXAMPLE }))];
    return { name, source: null, problems };
  }
  const { category, ...words } = channel === 'email' ? emailWords(yaml.data) : inAppWords(yaml.data);
  const piece = (key: string, value: string | undefined): SourcePiece | null => {
    if (value === undefined) return null;
    return { text: value, at: (line, column) => yaml.locateWithin([key], offsetAt(value, line, column)) };
  };
  const bodyLine = matched[0].split('\n').length - 1;
  const subject = piece(channel === 'email' ? 'subject' : 'title', words.subject);
  if (subject === null) return { name, source: null, problems: [] };
  const body = {
    text: text.slice(matched[0].length),
    at: (line: number, column: number) => ({ line: line + bodyLine, column }),
  };
  const preheader = piece('preheader', words.preheader);
  const button = piece('button', words.button);
  return { name, source: { file, ...name, category, subject, preheader, button, body }, problems: [] };
}

interface Words {
  category: 'service' | 'marketing';
  subject: string;
  preheader?: string | undefined;
  button?: string | undefined;
}

const emailWords = (data: unknown): Words => emailFrontMatter.parse(data);
function inAppWords(data: unknown): Words {
  const { title, ...rest } = inAppFrontMatter.parse(data);
  return { ...rest, subject: title };
}

function offsetAt(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, passed) => sum + passed.length + 1, 0) + column - 1;
}

function readName(file: string, plans: string[] | null): { ok: true; name: Name } | { ok: false; problem: Problem } {
  const start = { line: 1, column: 1 };
  const matched = FILE.exec(file);
  if (!matched) {
    const problem = makeProblem(file, start, [], {
      message: 'this file is not read: its name is not that of a template',
      found: file,
      allowed: [
        'templates/<plan or _all>/<name>.email.md',
        'templates/<plan or _all>/<name>.in_app.md',
        'templates/layout.mjml',
      ],
      example: 'templates/starter/usage-summary.email.md',
      severity: 'warning',
    });
    return { ok: false, problem };
  }
  const [, plan = '', name = '', channel] = matched;
  if (plans !== null && plan !== '_all' && !plans.includes(plan)) {
    const problem = makeProblem(file, start, [], {
      message: `there is no plan ${plan}: nobody would ever get this template`,
      found: plan,
      allowed: [...plans, '_all'],
      suggestion: nearestName(plan, [...plans, '_all']),
      example: `templates/_all/${name}.${channel}.md`,
    });
    return { ok: false, problem };
  }
  return { ok: true, name: { plan, name, channel: channel === 'email' ? 'email' : 'in_app' } };
}
