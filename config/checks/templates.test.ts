import { describe, expect, test } from 'vitest';
import type { Problem } from '../load.ts';
import { problemsOf, SMALL, spoil } from '../testing/small-folder.ts';

const FILE = 'templates/_all/usage-summary.email.md';

const withBody = (body: string, front = 'subject: x') =>
  problemsOf({ ...SMALL, [FILE]: `---\n${front}\n---\n${body}\n` });

describe('a template that would fail in a customer’s inbox', () => {
  const MISTAKES: [title: string, body: string, expected: Partial<Problem>][] = [
    ['an unknown value', 'Hi\n{{ meter.usd | number }}', { line: 5, column: 10, found: 'usd', suggestion: 'used' }],
    ['an unknown part', '{{ acount.name }}', { line: 4, column: 4, found: 'acount', suggestion: 'account' }],
    ['an undeclared fact', '{{ facts.csv_row }}', { line: 4, column: 10, found: 'csv_row', suggestion: 'csv_rows' }],
    ['an undeclared fact in a condition', '{% if facts.csv_row > 3 %}x{% endif %}', { line: 4, found: 'csv_row' }],
    ['an unknown name in a loop', '{% for one in meters %}{{ one.usd }}{% endfor %}', { line: 4, column: 27 }],
    ['an unknown filter', '{{ meter.used | nubmer }}', { line: 4, found: 'nubmer', suggestion: 'number' }],
    ['the filter that switches escaping off', '{{ account.name | raw }}', { line: 4, found: 'raw' }],
    ['a tag that is not closed', 'x\n\n{% if forecast %}y', { line: 6, column: 1 }],
    [
      'a value that one bracket closes',
      'x\n\n{{ meter.utilization | percent }',
      {
        line: 6,
        column: 1,
        message: 'what {{ opens is closed by }}, not by one }',
        found: '{{ meter.utilization | percent }',
      },
    ],
    [
      'a condition that one bracket closes',
      'x {% if forecast }y{% endif %}',
      { line: 4, column: 3, message: 'what {% opens is closed by %}, not by one }', example: '{% if forecast %}' },
    ],
    ['a file of somebody else', '{% include "/etc/passwd" %}', { line: 4 }],
    ['an unknown block', 'x\n\n[[usgae]]', { line: 6, column: 1, found: 'usgae', suggestion: 'usage' }],
    ['a button without words', '[[button]]', { line: 4, message: '[[button]] has no words' }],
    [
      'a filter on something else',
      '{{ account.name | money }}',
      { line: 4, message: 'the filter money needs a number and got "Globex Robotics"' },
    ],
  ];

  test.each(MISTAKES)('%s is told with its line', async (_, body, expected) => {
    const problems = await withBody(body);
    expect(problems).toEqual([expect.objectContaining({ file: FILE, severity: 'error', ...expected })]);
  });

  test.each([
    [
      '{{ price.difference | money }}',
      'price.difference can be empty (core on starter, about seats, with little known of the account)',
    ],
    ['{{ facts.csv_rows | number }}', 'facts.csv_rows can be empty'],
    ['Hi {{ person.first_name }}', 'person.first_name can be empty'],
    ['{{ next_plan.name }}', 'next_plan.name can be empty (core on pro'],
    ['{{ forecast.days | days }}', 'forecast.days can be empty'],
  ])('%s without a guard is told, with the case in which it would be empty', async (body, message) => {
    const [problem, ...others] = await withBody(body);
    expect(problem).toMatchObject({ file: FILE, line: 4, found: expect.stringMatching(/^\{\{.*\}\}$/) });
    expect(problem?.message).toContain(message);
    expect(problem?.example).toMatch(/^\{% if .* %\}\{\{.*\}\}\{% endif %\}$/);
    expect(others).toEqual([]);
  });

  test.each(['{% if price %}{{ price.difference | money }}{% endif %}', '{{ facts.csv_rows | default: 0 | number }}'])(
    '%s is fine',
    async (body) => {
      expect(await withBody(body)).toEqual([]);
    },
  );

  test('all unknown names are told at once', async () => {
    const problems = await withBody('{{ meter.usd }} {{ acount }}\n\n{{ plan.nam }}', 'subject: "{{ wy }}"');
    expect(problems.map(({ line, column, found }) => [line, column, found])).toEqual([
      [2, 14, 'wy'],
      [4, 10, 'usd'],
      [4, 20, 'acount'],
      [6, 9, 'nam'],
    ]);
  });

  test('unknown names are told even while headroom.yaml has errors', async () => {
    const files = spoil('seats: 10', 'seats: 0');
    const problems = await problemsOf({ ...files, [FILE]: '---\nsubject: x\n---\n{{ meter.usd }}\n' });
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual(['headroom.yaml:17', `${FILE}:4`]);
  });
});

describe('a template file', () => {
  test('without its lines on top is told how they look', async () => {
    const problems = await problemsOf({ ...SMALL, [FILE]: 'Hello' });
    expect(problems).toMatchObject([{ file: FILE, line: 1, example: expect.stringContaining('subject:') }]);
  });

  test('with an unknown line on top is told the nearest one', async () => {
    const problems = await withBody('x', 'subject: x\ncategroy: service');
    expect(problems).toMatchObject([{ file: FILE, line: 3, column: 1, found: 'categroy', suggestion: 'category' }]);
  });

  test('for a plan that does not exist would reach nobody', async () => {
    const file = 'templates/startr/usage-summary.email.md';
    const problems = await problemsOf({ ...SMALL, [file]: SMALL[FILE] ?? '' });
    expect(problems).toMatchObject([
      { file, found: 'startr', suggestion: 'starter', allowed: ['starter', 'pro', '_all'] },
    ]);
  });

  test('with a name that is not read is a warning', async () => {
    const problems = await problemsOf({ ...SMALL, 'templates/_all/usage.txt': 'x' });
    expect(problems).toMatchObject([{ severity: 'warning', found: 'templates/_all/usage.txt' }]);
  });

  test('that exists for some plans only is told which plans lack one', async () => {
    const { [FILE]: text = '', ...rest } = SMALL;
    const problems = await problemsOf({ ...rest, 'templates/starter/usage-summary.email.md': text });
    expect(problems).toMatchObject([
      {
        file: 'headroom.yaml',
        line: 36,
        message: 'accounts on pro can get here, and there is no template usage-summary for them',
      },
    ]);
  });

  test('with a button that has no place is told where to put it', async () => {
    expect(await withBody('x', 'subject: x\nbutton: Go')).toMatchObject([
      { line: 3, column: 9, example: '[[button]]' },
    ]);
  });

  test('that is marketing mail needs a postal address in the config', async () => {
    const problems = await problemsOf(spoil(', postal_address: "1 Road, Berlin"', ''));
    expect(problems).toMatchObject([
      { line: 2, path: 'company.postal_address', example: expect.stringContaining('postal_address:') },
    ]);
  });
});

describe('a layout of one’s own', () => {
  const layout = (inner: string) =>
    `<mjml><mj-body><mj-section><mj-column>${inner}</mj-column></mj-section></mj-body></mjml>`;

  test('frames the mail', async () => {
    expect(await problemsOf({ ...SMALL, 'templates/layout.mjml': layout('<!-- body -->') })).toEqual([]);
  });

  test.each([
    ['without a place for the message', layout(''), /no place for the message/],
    ['with an element that MJML does not have', layout('<mj-txt>x</mj-txt><!-- body -->'), /mj-txt/],
    ['that is not MJML', '<p><!-- body -->', /./],
  ])('%s is told', async (_, text, message) => {
    const problems = await problemsOf({ ...SMALL, 'templates/layout.mjml': text });
    expect(problems).toMatchObject([
      { file: 'templates/layout.mjml', line: 1, message: expect.stringMatching(message) },
    ]);
  });
});
