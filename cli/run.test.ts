import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { Cli } from './cli.ts';
import { launch } from './launch.ts';
import { makeProgram } from './program.ts';
import { runCommand } from './testing/run-command.ts';

const anyCli: Cli = {
  env: {},
  cwd: '/',
  out: () => {},
  err: () => {},
  color: { out: false, err: false },
  terminal: false,
  launch,
  stopAsked: () => Promise.resolve(),
  exitCode: 0,
};
const all = (command: Command): Command[] => command.commands.flatMap((child) => [child, ...all(child)]);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);
const paths = all(makeProgram(anyCli)).map(pathOf);

test('every command that was promised is there', () => {
  expect(paths.map((names) => names.join(' '))).toEqual(
    expect.arrayContaining([
      ...['up', 'server', 'worker', 'sandbox', 'demo', 'validate', 'schema', 'status', 'accounts', 'why', 'journeys'],
      ...[
        'effects',
        'effects settle',
        'effects show',
        'effects retry',
        'effects confirm',
        'effects give-up',
        'held list',
        'held release',
        'trial start',
        'trial end',
        'pause',
        'report',
      ],
      ...['incident open', 'incident close'],
    ]),
  );
});

describe.each(paths.map((names) => [names.join(' '), names] as const))('%s', (_, names) => {
  test('its help says what it does, with an example', async () => {
    const { code, out } = await runCommand([...names, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: headroom ${names.join(' ')}`));
    expect(out).toMatch(/\nExample:\n {2}\$ /);
  });

  test('an unknown flag ends with 2 and a way to its help', async () => {
    const { code, out, err } = await runCommand([...names, '--no-such-flag']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`Run "headroom ${names.join(' ')} --help" to see what it takes.`);
  });

  test('it takes --json, or has commands that do', async () => {
    const { out } = await runCommand([...names, '--help']);
    expect(out).toMatch(/--json|\nCommands:/);
  });
});

test('without arguments it shows its help', async () => {
  const { code, out } = await runCommand([]);
  expect(code).toBe(0);
  expect(out).toContain('Usage: headroom');
  expect(out).toContain('HEADROOM_URL');
});

test('a mistyped command ends with 2 and the nearest right one', async () => {
  const { code, err } = await runCommand(['stats']);
  expect(code).toBe(2);
  expect(err).toContain("unknown command 'stats'");
  expect(err).toContain('Did you mean status?');
});

test('the version is that of the package', async () => {
  expect((await runCommand(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/);
});

describe('an error that nobody foresaw', () => {
  const demo = () => Promise.reject(new Error('the disk is full'));

  test('is one sentence without a stack trace', async () => {
    const { code, err } = await runCommand(['demo'], { launch: { demo } });
    expect(code).toBe(1);
    expect(err).toBe('error: the disk is full\nRun it again with HEADROOM_DEBUG=1 to see where this comes from.');
  });

  test('shows its stack trace with HEADROOM_DEBUG=1', async () => {
    const { err } = await runCommand(['demo'], { launch: { demo }, env: { HEADROOM_DEBUG: '1' } });
    expect(err).toMatch(/\n {4}at /);
  });
});
