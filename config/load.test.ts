import { describe, expect, test } from 'vitest';
import { formatProblems } from './format-problems.ts';
import type { Files, Problem, Registry } from './load.ts';
import { registry } from './testing/registry.ts';
import { load, problemsOf, SMALL, spoil } from './testing/small-folder.ts';

test('the small folder that these tests spoil has no problems', async () => {
  expect(await problemsOf(SMALL)).toEqual([]);
});

/** What was right, what it is spoilt with (`^` before the place that must be named), and what must be said about it. */
const MISTAKES: [title: string, from: string, to: string, expected: Partial<Problem>][] = [
  [
    'an unknown name',
    'rearm_below: 0.75',
    '^rearm_bellow: 0.75',
    { path: 'triggers.usage_80.rearm_bellow', found: 'rearm_bellow', suggestion: 'rearm_below' },
  ],
  ['an unknown section', 'play_order:', '^playorder:', { found: 'playorder', suggestion: 'play_order' }],
  [
    'a text where a number belongs',
    'at: 0.8',
    'at: ^"0.8"',
    { path: 'triggers.usage_80.at', found: '"0.8"', suggestion: '0.8', example: 'at: 0.80' },
  ],
  [
    'a number where a list belongs',
    '[summary]',
    '^7',
    { path: 'play_order', found: '7', allowed: ['a list of text such as usage_80'] },
  ],
  [
    'a missing name',
    '  seats: { product: core, from: usage, read: { engage: { property: seats } }, resets: never }',
    '  ^seats: { product: core, from: usage, read: { engage: { property: seats } } }',
    { message: 'resets is missing', allowed: ['billing_period', 'never'], example: 'resets: billing_period' },
  ],
  [
    'a limit of 0',
    'seats: 10',
    'seats: ^0',
    { found: '0', message: 'a limit must be above 0; write unlimited where there is none' },
  ],
  [
    'plans out of order',
    'seats: 50',
    'seats: ^5',
    { found: '5', message: 'plans out of order: pro comes after starter but allows fewer seats', example: 'seats: 10' },
  ],
  [
    'a price that another plan has',
    'price: core_pro',
    'price: ^core_starter',
    {
      path: 'products.core.plans.pro.price',
      found: 'core_starter',
      message: 'core pro has the same price as core starter (line 17): billing could not tell who has which plan',
      example: 'price: core_pro_monthly',
    },
  ],
  [
    'a price that a plan of another product has',
    'metrics:',
    '  api: { plans: { metered: { price: ^core_pro, limits: {} } } }\nmetrics:',
    {
      path: 'products.api.plans.metered.price',
      message: 'api metered has the same price as core pro (line 18): billing could not tell who has which plan',
    },
  ],
  [
    'a limit for a metric that does not exist',
    'seats: 50',
    '^saets: 50',
    { found: 'saets', suggestion: 'seats', allowed: ['seats', 'calls'] },
  ],
  [
    'a trial that is over before its reminder',
    'routing:',
    'trials: { length: ^3d }\nrouting:',
    {
      path: 'trials.length',
      message: 'the reminder would leave as soon as the trial starts: remind_before is 3d when left out',
      allowed: ['a remind_before below 3d'],
      example: 'trials: { length: 3d, remind_before: 1d }',
    },
  ],
  [
    'a reminder before its trial',
    'routing:',
    'trials: { length: 2d, remind_before: ^7d }\nrouting:',
    { path: 'trials.remind_before', found: '7d', example: 'trials: { length: 2d, remind_before: 16h }' },
  ],
  ...(
    [
      ['a trial of no length', 'trials: { length: ^0d }'],
      ['an offer that expires at once', 'trials: { offer_expires: ^0d }'],
      ['a window in which nothing is credited', 'attribution: { window: ^0d }'],
      ['a cap over no time', 'guardrails: { touches_per_account: { max: 2, per: ^0d } }'],
      ['a brake that looks at no time', 'guardrails: { brake: { bounces: { share: 0.1, at_least: 5, within: ^0d } } }'],
    ] as const
  ).map(([title, line]): (typeof MISTAKES)[number] => [
    title,
    'routing:',
    `${line}\nrouting:`,
    { found: '"0d"', message: 'expected a duration above 0, such as 15m, 6h or 14d' },
  ]),
  [
    'a metric that is read without a pause',
    'property: seats } }, resets: never',
    'property: seats } }, resets: never, every: ^0m',
    { path: 'metrics.seats.every', found: '"0m"', message: 'expected a duration above 0, such as 15m, 6h or 14d' },
  ],
  [
    'a growth that was meant in percent',
    'when: utilization, at: 0.8, rearm_below: 0.75',
    'when: velocity, growth: ^40',
    {
      path: 'triggers.usage_80.growth',
      message: 'growth is a share: 0.4 is 40 % more, and at most 4 can be asked for',
      found: '40',
    },
  ],
  ...['"@acme.example"', 'Acme.example', 'https://acme.example', '"*.acme.example"', 'ops@acme.example', 'acme'].map(
    (domain): (typeof MISTAKES)[number] => [
      `${domain} as an own domain, which no address would match`,
      'currency: eur',
      `currency: eur, own_domains: [^${domain}]`,
      {
        path: 'company.own_domains[0]',
        message: expect.stringContaining('expected a domain alone, in lower case'),
        example: 'own_domains: [tidewater.example]',
      },
    ],
  ),
  [
    'a play that does not exist',
    'play: summary',
    'play: ^sumary',
    { path: 'triggers.usage_80.play', found: 'sumary', suggestion: 'summary', example: 'play: summary' },
  ],
  [
    'a play that play_order lacks',
    'play_order: [summary]',
    '^play_order: []',
    { message: 'play_order lacks summary: which plays does it outrank?' },
  ],
  [
    'a next tier that leads in a circle',
    'price: core_pro,',
    'price: core_pro, next: starter,',
    { line: 17, column: 7, message: 'next leads in a circle: starter → pro → starter', example: 'next: none' },
  ],
  [
    'a next plan that does not exist',
    'price: core_starter,',
    'price: core_starter, next: ^prp,',
    { found: 'prp', suggestion: 'pro', allowed: ['starter', 'pro', 'none'] },
  ],
  [
    'a step id used twice',
    'id: wait',
    'id: ^mail',
    { path: 'plays.summary.steps[1].id', found: 'mail', example: 'id: mail_2' },
  ],
  [
    'a step id used again inside a condition',
    'id: tag',
    'id: ^wait',
    { path: 'plays.summary.steps[2].then[0].id', found: 'wait' },
  ],
  [
    'an undeclared fact in a condition',
    'facts.csv_rows > 1000',
    'facts.^csv_row > 1000',
    { found: 'csv_row', suggestion: 'csv_rows', allowed: ['csv_rows'] },
  ],
  [
    'an outcome that never comes',
    "'none'",
    "^'nothing'",
    { found: 'nothing', allowed: ['none', 'upgraded', 'trial_started', 'engaged'] },
  ],
  [
    'a level for re-arming that is above the trigger’s',
    'rearm_below: 0.75',
    'rearm_below: ^0.85',
    { found: '0.85', example: 'rearm_below: 0.75' },
  ],
  [
    'a connector that does not exist',
    'connector: mixpanel',
    'connector: ^mixpannel',
    { found: 'mixpannel', suggestion: 'mixpanel' },
  ],
  [
    'a connector’s setting with a wrong word',
    'region: eu',
    'region: ^eur',
    { path: 'connections.usage.region', found: '"eur"', suggestion: 'eu', example: 'region: us' },
  ],
  [
    'a setting that the connector does not have',
    'domain: acme.example',
    'domain: acme.example, ^prot: 25',
    { found: 'prot', suggestion: 'port' },
  ],
  [
    'a secret that the connector does not have',
    'auth: { token: env',
    'auth: { ^toekn: env',
    { found: 'toekn', suggestion: 'token', allowed: ['token'] },
  ],
  [
    'a secret that the connector needs',
    'auth: { token: env:HUBSPOT_TOKEN }',
    '^auth: {}',
    { message: 'HubSpot needs the secret token', example: 'auth: { token: env:HUBSPOT_TOKEN }' },
  ],
  [
    'the end of a secret that the connection does not have',
    'auth: { token: env:HUBSPOT_TOKEN }',
    'auth: { token: env:HUBSPOT_TOKEN }, expires: { ^tokn: 2027-01-31 }',
    { found: 'tokn', suggestion: 'token', allowed: ['token'] },
  ],
  [
    'a missing account key',
    '  crm: { connector: hubspot, mode: live, account_key: account_id,',
    '  ^crm: { connector: hubspot, mode: live,',
    { path: 'connections.crm.account_key', example: 'account_key: metadata.account_id' },
  ],
  [
    'a metric read from a connection that does not exist',
    'seats: { product: core, from: usage',
    'seats: { product: core, from: ^usges',
    { found: 'usges', suggestion: 'usage', allowed: ['usage'] },
  ],
  [
    'a metric read from a connection that reads no usage',
    'seats: { product: core, from: usage',
    'seats: { product: core, from: ^crm',
    { message: 'HubSpot reads no usage', allowed: ['usage'] },
  ],
  [
    'words for reading that the connector does not know',
    'segmentation: { event: Call }',
    'segmentation: { ^evnt: Call }',
    { found: 'evnt', suggestion: 'event' },
  ],
  [
    'a metric of a product that does not exist',
    'calls: { product: core',
    'calls: { product: ^cor',
    { found: 'cor', suggestion: 'core' },
  ],
  [
    'a time zone that does not exist',
    'timezone: Europe/Berlin, currency',
    'timezone: ^Europe/Berln, currency',
    { found: 'Europe/Berln', suggestion: 'Europe/Berlin', example: 'timezone: America/New_York' },
  ],
  ['an offset as time zone', 'timezone: Europe/Berlin, currency', 'timezone: ^"+01:00", currency', { found: '+01:00' }],
  ['a currency that does not exist', 'currency: eur', 'currency: ^eux', { found: 'eux', suggestion: 'eur' }],
  ['an address that is none', 'ops@acme.example', '^ops', { found: 'ops', message: 'expected an e-mail address' }],
  ['another version', 'version: 1', 'version: ^2', { found: '2', allowed: ['1'], example: 'version: 1' }],
  [
    'a template that does not exist',
    'template: usage-summary',
    'template: ^usage-sumary',
    { found: 'usage-sumary', suggestion: 'usage-summary' },
  ],
  ['a misspelt kind of step', 'wait_for:', '^wait_four:', { found: 'wait_four', suggestion: 'wait_for' }],
  [
    'a wrong duration deep in a step',
    'up_to: 7d',
    'up_to: ^7 days',
    { found: '"7 days"', message: 'expected a duration such as 15m, 6h or 14d' },
  ],
  [
    'a step with nobody to do it',
    'connector: hubspot, mode: live, account_key: account_id, auth: { token: env:HUBSPOT_TOKEN }',
    'connector: in_app, mode: live',
    {
      path: 'plays.summary.steps[2].then[0].tag_for_qbr',
      message: 'no connection keeps accounts and tasks',
      allowed: ['a connection with connector: hubspot'],
    },
  ],
  [
    'a feature of a plan that does not exist',
    'tier: pro',
    'tier: ^por',
    { found: 'por', suggestion: 'pro', allowed: ['starter', 'pro'] },
  ],
  [
    'a wrong name in a feature’s line',
    'facts.csv_rows | number',
    'facts.^csv_rowz | number',
    { found: 'csv_rowz', suggestion: 'csv_rows' },
  ],
  [
    'a filter that does not exist in a feature’s line',
    '{{ facts.csv_rows | number',
    '^{{ facts.csv_rows | nubmer',
    { found: 'nubmer', suggestion: 'number' },
  ],
];

/** The place of the caret, and the text without it. */
function place(files: Files): { files: Files; at: Partial<Problem> } {
  const text = files['headroom.yaml'] ?? '';
  const before = text.split('^')[0] ?? '';
  if (before === text) return { files, at: {} };
  const at = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  return { files: { ...files, 'headroom.yaml': text.replace('^', '') }, at };
}

describe('one mistake', () => {
  test.each(MISTAKES)('%s is told with its place, what was found and what is right', async (_, from, to, expected) => {
    const { files, at } = place(spoil(from, to));
    const problem = { file: 'headroom.yaml', severity: 'error', ...at, ...expected };
    expect(await problemsOf(files)).toContainEqual(expect.objectContaining(problem));
  });
});

test('all mistakes are told at once, in the order of the file', async () => {
  const files = { ...SMALL };
  const spoilt = ['Europe/Berlin, c', 'seats: 10', 'facts.csv_rows > 1000', 'play: summary', 'id: wait'];
  const replaced = ['Europe/Berln, c', 'seats: 0', 'facts.csv_row > 1000', 'play: sumary', 'id: mail'];
  for (const [index, from] of spoilt.entries()) {
    files['headroom.yaml'] = files['headroom.yaml']?.replace(from, replaced[index] ?? '') ?? '';
  }
  files['templates/_all/usage-summary.email.md'] = '---\nsubject: x\nbuttn: y\n---\n';
  const problems = await problemsOf(files);
  expect(problems.filter(({ severity }) => severity === 'error').map(({ file, line }) => `${file}:${line}`)).toEqual([
    'headroom.yaml:2',
    'headroom.yaml:17',
    'headroom.yaml:23',
    'headroom.yaml:31',
    'headroom.yaml:37',
    'templates/_all/usage-summary.email.md:3',
  ]);
});

test('a misspelt name is one problem, not an unknown one and a missing one', async () => {
  const problems = await problemsOf(spoil('resets: never', 'reset: never'));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ found: 'reset', suggestion: 'resets' });
});

describe('calls per hour', () => {
  const connectors: Registry = {
    ...registry,
    mixpanel: {
      ...registry.mixpanel,
      callsPerSweep: ({ metrics }, accounts) => metrics.length * Math.ceil(accounts / 10),
    },
  };

  test('more than the vendor allows is a warning with an interval that would fit', async () => {
    const result = await load(SMALL, { connectors });
    expect(result.ok && result.warnings).toMatchObject([
      {
        line: 4,
        severity: 'warning',
        found: '800 calls an hour',
        allowed: ['40 calls an hour (Mixpanel)'],
        example: 'every: 300m',
      },
    ]);
  });

  test('fewer are fine', async () => {
    const result = await load(spoil('currency: eur', 'currency: eur, accounts_expected: 10'), { connectors });
    expect(result.ok && result.warnings).toEqual([]);
  });
});

test('a loaded folder has its parsed config, its templates and a hash of all files', async () => {
  const result = await load(SMALL);
  const other = await load(spoil('[[usage]]', '[[meters]]', 'templates/_all/usage-summary.email.md'));
  if (!result.ok || !other.ok) throw new Error('the small folder must load');
  expect(result.config.config.plays.summary?.steps[1]).toMatchObject({ wait_for: { up_to: 604_800_000 } });
  expect([...result.config.templates.keys()]).toEqual(['_all/usage-summary.email']);
  expect(result.config.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(other.config.hash).not.toBe(result.config.hash);
});

test('people read the place first, then what was found, what is allowed and an example', async () => {
  const problems = await problemsOf(spoil('play: summary', 'play: sumary'));
  expect(formatProblems(problems, { color: false })).toBe(
    [
      'headroom.yaml:31:68  error  triggers.usage_80.play: there is no play sumary',
      '    found        sumary',
      '    allowed      summary',
      '    did you mean summary?',
      '    example      play: summary',
      '',
      '1 error',
    ].join('\n'),
  );
});
