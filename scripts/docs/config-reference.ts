import { z } from 'zod';
import { configJsonSchema, type JsonSchema } from '../../config/json-schema.ts';
import { connectors } from '../../connectors/registry.ts';
import { code, table } from './blocks.ts';
import { type SettingRow, settingRows } from './schema-rows.ts';

const HEAD = ['setting', 'takes', 'when left out', 'what it is for'];

/** Every section of headroom.yaml, with its settings. */
export function configReference(): string {
  const { properties = {}, required = [] } = configJsonSchema();
  const single = Object.entries(properties).filter(([name]) => ['$schema', 'version', 'play_order'].includes(name));
  const sections = Object.entries(properties).filter(([name]) => !['$schema', 'version', 'play_order'].includes(name));
  return [
    table(HEAD, settingRows({ properties: Object.fromEntries(single), required })),
    ...sections.flatMap(([name, schema]) => section(name, schema)),
  ].join('\n\n');
}

function section(name: string, schema: JsonSchema): string[] {
  const text = schema.description === undefined ? [] : [`${schema.description}.`.replace(/\.\.$/, '.')];
  const each = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
  const heading = `## ${name}`;
  if (each?.oneOf) return [heading, ...text, ...kinds(each.oneOf)];
  if (name === 'plays') return [heading, ...text, ...plays(schema)];
  if (name === 'connections') return [heading, ...text, rows(schema, name), ...connectorSettings()];
  return [heading, ...text, rows(schema, name)];
}

/** The settings of a section; where its names are the reader's own, those of one of them. */
function rows(schema: JsonSchema, name: string): string {
  const each = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
  const found: SettingRow[] = each?.properties ? settingRows(each, `${name}.<name>`) : settingRows(schema, name);
  const own: SettingRow[] = [[code(`${name}.<name>`), each === null ? '' : 'list of text', '', '']];
  return table(HEAD, found.length > 0 ? found : own);
}

/** Kinds of trigger: what each has alone, then what all have. */
function kinds(all: JsonSchema[]): string[] {
  const [first, ...others] = all.map(({ properties = {} }) => properties);
  const common = Object.entries(first ?? {}).filter(([key, schema]) =>
    others.every((one) => JSON.stringify(one[key]) === JSON.stringify(schema)),
  );
  const shared = new Set(common.map(([key]) => key));
  return [
    ...all.flatMap(({ properties = {}, required = [] }) => {
      const own = Object.entries(properties).filter(([key]) => !shared.has(key) && key !== 'when');
      const { const: kind, description = '' } = properties.when ?? {};
      const title = `### ${code(`when: ${kind}`)}`;
      return [title, `${description}.`, table(HEAD, settingRows({ properties: Object.fromEntries(own), required }))];
    }),
    '### In every trigger',
    table(HEAD, settingRows({ properties: Object.fromEntries(common), required: ['play'] })),
  ];
}

function step(word: string, schema: JsonSchema): string[] {
  return [`### ${code(word)}`, table(HEAD, settingRows(schema))];
}

function plays(schema: JsonSchema): string[] {
  const play = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const { steps, ...others } = play.properties ?? {};
  const kinds = steps?.items?.anyOf ?? [];
  return [
    table(HEAD, settingRows({ properties: others }, 'plays.<name>')),
    '`steps` is a list; each step is one of these:',
    ...kinds.flatMap((kind) => {
      const [word = ''] = Object.keys(kind.properties ?? {}).filter((key) => key !== 'id');
      return step(word, kind);
    }),
  ];
}

/** What each connector adds to a connection, from its manifest. */
function connectorSettings(): string[] {
  return Object.values(connectors).flatMap(({ manifest }) => {
    // zod types the result by the whole standard; connectors use the subset that JsonSchema names.
    const schema = z.toJSONSchema(manifest.settings, { io: 'input', target: 'draft-7' }) as JsonSchema;
    const secrets = manifest.auth.map((name) => code(`auth.${name.replace('?', '')}`));
    const needs = secrets.length === 0 ? 'No secrets.' : `Secrets: ${secrets.join(', ')}.`;
    const settings = settingRows(schema);
    return [
      `### ${code(`connector: ${manifest.name}`)}`,
      `${manifest.title}. ${needs}${manifest.webhook ? ' Takes webhooks: `webhook_secret`.' : ''}`,
      ...(settings.length === 0 ? [] : [table(HEAD, settings)]),
    ];
  });
}
