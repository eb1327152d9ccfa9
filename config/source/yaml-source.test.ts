import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemsOf, SMALL } from '../testing/small-folder.ts';
import { readYaml } from './yaml-source.ts';

const yaml = (text: string) => problemsOf({ ...SMALL, 'headroom.yaml': text });

describe('text that is not YAML as we need it', () => {
  test.each(['', '\n\n', '# only a comment\n', '---\n'])(
    'an empty file (%j) is told with a way to start',
    async (text) => {
      expect(await yaml(text)).toMatchObject([
        {
          line: 1,
          column: 1,
          message: 'the file is empty, or holds comments only',
          example: 'copy config/examples/tidewater as a start',
        },
      ]);
    },
  );

  test('each tab is told with its place and the remedy', async () => {
    expect(await yaml('version: 1\ncompany:\n\tname: Acme\n  \ttimezone: UTC\n')).toMatchObject([
      {
        line: 3,
        column: 1,
        found: 'a tab',
        allowed: ['spaces'],
        message: expect.stringContaining('replace each tab by two spaces'),
      },
      { line: 4, column: 3, found: 'a tab' },
    ]);
  });

  test('a name used twice is told at the second one, and the rest of the file is checked too', async () => {
    const problems = await yaml(`${SMALL['headroom.yaml']}version: 2\n`);
    expect(problems).toMatchObject([
      {
        line: 40,
        column: 1,
        found: 'version',
        message: 'version is used twice in the same place, first in line 1; the second would replace the first',
        allowed: ['one of the two: put them together, or give one another name'],
      },
      { line: 40, column: 10, path: 'version', found: '2' },
    ]);
  });

  test.each([
    ['an unclosed quote', 'version: "1\n', 2],
    ['an unclosed bracket', 'version: 1\ncompany: { name: x\n', 3],
    ['a colon in a value', 'version: 1\ncompany: a: b\n', 2],
    ['wrong indentation', 'version: 1\n company: x\n', 1],
    ['several documents', 'version: 1\n---\nversion: 1\n', 2],
    ['an anchor that does not exist', 'version: *one\n', 1],
  ])('%s is told with its line and no stack trace', async (_, text, line) => {
    const problems = await yaml(text);
    expect(problems[0]).toMatchObject({ file: 'headroom.yaml', line, severity: 'error' });
    expect(problems[0]?.message).not.toMatch(/\bat .*:\d+|Error:/);
  });

  test.each([
    ['because: "facts.csv_rows > 1000"', `because: "facts.region == "eu""`, 23, '"', `because: 'facts.region == "eu"'`],
    ['name: API access', `name: 'your team's API'`, 21, "'", `line: "your team's reports"`],
  ])('of %s, written %s, it is said that the quotes end too early', async (from, to, line, quote, example) => {
    expect(await yaml((SMALL['headroom.yaml'] ?? '').replace(from, to))).toMatchObject([
      { line, message: `the value ends at its second ${quote}, and more follows it`, example },
    ]);
  });

  test('an escape that does not exist leads to single quotes', async () => {
    expect(await yaml('version: "1\\d"\n')).toMatchObject([
      { line: 1, message: expect.stringContaining('put the value in single quotes') },
    ]);
  });

  const slack = {
    message: 'a # after a space begins a comment, so slack is empty: put the value in quotes',
    example: 'slack: "#expansion"',
  };

  test.each([
    ['between brackets', '{ fallback: { slack: #expansion, email: ops@acme.example } }', 39, 31],
    ['on a line of its own', '\n  fallback:\n    slack: #expansion\n    email: ops@acme.example', 41, 5],
  ])('a value that begins with # %s is told as the comment that it is', async (_, routing, line, column) => {
    const text = SMALL['headroom.yaml']?.replace(/^routing:.*$/m, `routing: ${routing}`) ?? '';
    expect(await yaml(text)).toMatchObject([{ line, column, ...slack }]);
  });

  test('a comment behind a name is no value in the wrong quotes', async () => {
    const text = SMALL['headroom.yaml']?.replace(/^routing:.*$/m, 'routing: # who is told') ?? '';
    const [problem] = await yaml(text);
    expect(problem?.message).not.toContain('begins a comment');
  });

  test('aliases that multiply are refused', async () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++)
      bomb.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(await yaml(bomb.join('\n'))).toMatchObject([
      { message: expect.stringContaining('aliases (*name) are used too often') },
    ]);
  });

  test('nesting without end is refused', async () => {
    expect((await yaml('['.repeat(50_000)))[0]).toMatchObject({ message: 'lists or mappings are nested too deeply' });
  });

  test.each(['just text', '- a\n- list\n', '42\n', '__proto__: { version: 1 }\nconstructor: x\n'])(
    '%j is told as a problem',
    async (text) => {
      expect((await yaml(text)).length).toBeGreaterThan(0);
    },
  );

  test('never throws, whatever the text', async () => {
    const characters = fc.constantFrom(...'ab1 :-[]{}#&*!|>\'"%@`\t\n,?~');
    const texts = fc.array(characters, { maxLength: 60 }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        for (const { line, column } of await yaml(text)) expect(line * column).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the place of a value', () => {
  const source = readYaml(
    'x.yaml',
    'a:\n  b: [1, { c: plain }]\n  d: "quoted"\n  e: |\n    one\n    two\nf: &f { g: 1 }\nh: *f\n',
  );

  test.each([
    [['a', 'b', 1, 'c'], 'key', 2, 12],
    [['a', 'b', 1, 'c'], 'value', 2, 15],
    [['a', 'd'], 'value', 3, 6],
    [['h', 'g'], 'value', 7, 12],
    [['a', 'missing'], 'value', 1, 1],
    [['a', 'b', 7], 'key', 2, 3],
    [[], 'value', 1, 1],
  ] as const)('%j (%s) is %i:%i', (path, part, line, column) => {
    expect(source.locate(path, part)).toEqual({ line, column });
  });

  test.each([
    [['a', 'b', 1, 'c'], 2, 2, 17],
    [['a', 'd'], 2, 3, 9],
    [['a', 'e'], 5, 6, 6],
    [['a', 'missing'], 5, 1, 1],
  ] as const)('character %j + %i is %i:%i', (path, offset, line, column) => {
    expect(source.locateWithin(path, offset)).toEqual({ line, column });
  });

  test('counts lines of the file when the text is a part of it', () => {
    expect(readYaml('x.md', 'a: 1\n', 4).locate(['a'], 'key')).toEqual({ line: 5, column: 1 });
  });
});
