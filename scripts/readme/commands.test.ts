import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandsOf } from './commands.ts';

test('takes marked blocks only, a command a line, with what it must answer', () => {
  const page =
    'Text.\n\n```sh headroom:run\n./headroom effects\n# → There are none.\n\n# a comment\nexport A=1\n```\n\n```sh\nrm -rf /\n```\n\n```sh headroom:run\nlast\n```\n';
  expect(commandsOf(page)).toEqual([
    { command: './headroom effects', answers: ['There are none.'] },
    { command: 'export A=1', answers: [] },
    { command: 'last', answers: [] },
  ]);
});

test('the README has commands to run, from the first check to the brake', () => {
  const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const commands = commandsOf(page).map(({ command }) => command);
  expect(commands.filter((command) => command.startsWith('./headroom validate'))).not.toEqual([]);
  expect(commands.filter((command) => command.startsWith('./headroom up'))).not.toEqual([]);
  expect(commands.at(-1)).toContain('./headroom pause');
});
