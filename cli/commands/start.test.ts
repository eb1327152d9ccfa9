import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProblem } from '../../config/problem.ts';
import { ConfigFolderError, MissingPublicUrlError, MissingSecretsError } from '../../server/configs.ts';
import { DataDirInUseError } from '../../server/embedded/lock.ts';
import type { DemoOptions, Running, SandboxFile, ServerOptions, UpOptions } from '../../server/options.ts';
import type { SandboxOptions } from '../sandbox-run.ts';
import { runCommand } from '../testing/run-command.ts';
import { tempDir } from '../testing/temp-dir.ts';

const clock = { startedAt: '2026-01-01T00:00:00.000Z', epoch: '2026-03-02T00:00:00.000Z', scale: 28_800 };
const sandboxFile: SandboxFile = { addresses: { stripe: 'http://127.0.0.1:1' }, secrets: { STRIPE_KEY: 'k' }, clock };

/** A program that runs until it is stopped. */
function running(stopped: string[] = []): Running {
  const ended = new Promise<void>(() => {});
  return {
    addresses: [{ name: 'hub', url: 'http://127.0.0.1:4670' }],
    ended,
    stop: async () => void stopped.push('stopped'),
  };
}

function withConfig(): string {
  const dir = tempDir();
  fs.mkdirSync(path.join(dir, 'config'));
  fs.writeFileSync(path.join(dir, 'config', 'headroom.yaml'), 'version: 1\n');
  return dir;
}

async function up(
  argv: string[],
  cwd: string,
  start?: (options: UpOptions) => Promise<Running>,
  env: Record<string, string> = {},
) {
  const given: UpOptions[] = [];
  const launch = {
    up: async (options: UpOptions) => {
      given.push(options);
      return start ? start(options) : running();
    },
  };
  const ran = await runCommand(['up', ...argv], {
    cwd,
    env: { HEADROOM_DATA: path.join(cwd, 'data'), ...env },
    launch,
  });
  return { ...ran, given: given[0] };
}

describe('up', () => {
  test('takes ./config, says where it answers, and stops when asked', async () => {
    const cwd = withConfig();
    const stopped: string[] = [];
    const { code, out, err, given } = await up([], cwd, async ({ progress }) => {
      progress('starting PostgreSQL');
      return running(stopped);
    });
    expect(code).toBe(0);
    expect(given).toMatchObject({
      configDir: path.join(cwd, 'config'),
      dataDir: path.join(cwd, 'data'),
      port: 4670,
      host: '127.0.0.1',
      publicUrl: null,
      sandbox: null,
      clock: null,
    });
    expect(out).toBe('headroom runs; Ctrl-C ends it.\n  hub  http://127.0.0.1:4670');
    expect(err).toBe('starting headroom …\nstarting PostgreSQL …\nstopping headroom …');
    expect(stopped).toEqual(['stopped']);
  });

  test('without a config it names the example', async () => {
    const { code, err, given } = await up([], tempDir());
    expect({ code, given }).toEqual({ code: 2, given: undefined });
    expect(err).toContain('./config/headroom.yaml does not exist');
    expect(err).toContain('config/examples/tidewater');
  });

  test('a folder that is none is named', async () => {
    const { code, err } = await up(['--config', 'nowhere'], tempDir());
    expect(code).toBe(2);
    expect(err).toContain('nowhere is not a config folder');
  });

  test('--sandbox brings addresses, credentials and the clock of the simulators', async () => {
    const cwd = withConfig();
    fs.writeFileSync(path.join(cwd, 's.json'), JSON.stringify(sandboxFile));
    const { given } = await up(
      ['--sandbox', 's.json', '--port', '0', '--data', 'd', '--public-url', 'https://a.example/'],
      cwd,
    );
    expect(given).toMatchObject({
      sandbox: sandboxFile,
      clock,
      port: 0,
      dataDir: path.join(cwd, 'd'),
      publicUrl: 'https://a.example',
    });
  });

  test('--clock beats the clock of the simulators', async () => {
    const cwd = withConfig();
    fs.writeFileSync(path.join(cwd, 's.json'), JSON.stringify(sandboxFile));
    const { given } = await up(['--sandbox', 's.json', '--clock', JSON.stringify({ ...clock, scale: 2 })], cwd);
    expect(given?.clock).toEqual({ ...clock, scale: 2 });
  });

  test.each([
    [['--sandbox', 'missing.json'], 'there is no file'],
    [['--sandbox', 'config/headroom.yaml'], 'was not written by headroom sandbox'],
    [['--clock', '{"scale":0}'], '--clock takes'],
    [['--port', '65536'], 'A port is a number from 0'],
    [['--public-url', 'ftp://x'], 'It must be an address'],
    [['--host', 'everywhere'], 'It must be an IP address of this machine'],
  ])('%j ends with 2', async (argv, message) => {
    const { code, err, given } = await up(argv, withConfig());
    expect({ code, given }).toEqual({ code: 2, given: undefined });
    expect(err).toContain(message);
  });

  test('the environment says where to listen and where customers come in, options beat it', async () => {
    const env = { HEADROOM_HOST: '0.0.0.0', HEADROOM_PUBLIC_URL: 'https://a.example/' };
    const first = await up([], withConfig(), undefined, env);
    expect(first.given).toMatchObject({ host: '0.0.0.0', publicUrl: 'https://a.example' });
    const second = await up(['--host', '::1', '--public-url', 'https://b.example'], withConfig(), undefined, env);
    expect(second.given).toMatchObject({ host: '::1', publicUrl: 'https://b.example' });
  });

  test.each([
    ['HEADROOM_HOST', 'hub'],
    ['HEADROOM_PUBLIC_URL', 'headroom.example.com'],
  ])('%s=%s ends with 2 and the name of the variable', async (name, value) => {
    const { code, err, given } = await up([], withConfig(), undefined, { [name]: value });
    expect({ code, given }).toEqual({ code: 2, given: undefined });
    expect(err).toContain(`${name} cannot be meant: ${value}`);
  });

  test('an address that this machine has not is named, with what to do', async () => {
    const away = Object.assign(new Error('listen'), { code: 'EADDRNOTAVAIL', address: '192.0.2.1' });
    const { code, err } = await up([], withConfig(), () => Promise.reject(away));
    expect(code).toBe(1);
    expect(err).toContain('error: this machine has no address 192.0.2.1\nListen on one of its own with --host');
  });

  test('a config with problems ends with 2 and shows each with its place', async () => {
    const problem = makeProblem('headroom.yaml', { line: 3, column: 5 }, ['plays', 'urgnt'], {
      message: 'no such play',
      suggestion: 'urgent',
    });
    const { code, err } = await up([], withConfig(), () => Promise.reject(new ConfigFolderError('config', [problem])));
    expect(code).toBe(2);
    expect(err).toContain('headroom.yaml:3:5  error  plays.urgnt: no such play');
    expect(err).toContain('urgent?');
  });

  test('a port that is taken is named, with what to do', async () => {
    const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 4670 });
    const { code, err } = await up([], withConfig(), () => Promise.reject(taken));
    expect(code).toBe(1);
    expect(err).toContain('error: port 4670 is taken by another program\nChoose another with --port');
  });

  test('a data directory in use ends with 1 and says which process has it', async () => {
    const taken = new DataDirInUseError('the data directory /d is in use by process 7 since noon; stop it');
    const { code, err } = await up([], withConfig(), () => Promise.reject(taken));
    expect(code).toBe(1);
    expect(err).toBe('starting headroom …\nerror: the data directory /d is in use by process 7 since noon; stop it');
  });

  test('a hub that can go on no longer is stopped and its error shown', async () => {
    const stopped: string[] = [];
    const launch = {
      up: async () => ({ ...running(stopped), ended: Promise.reject(new Error('PostgreSQL is gone')) }),
    };
    const world = { cwd: withConfig(), launch, stopAsked: () => new Promise<void>(() => {}) };
    const { code, err } = await runCommand(['up'], world);
    expect({ code, stopped }).toEqual({ code: 1, stopped: ['stopped'] });
    expect(err).toContain('error: PostgreSQL is gone');
  });

  test('--json is one line for programs', async () => {
    const { out } = await up(['--json'], withConfig());
    expect(JSON.parse(out)).toEqual({ addresses: [{ name: 'hub', url: 'http://127.0.0.1:4670' }], pid: process.pid });
  });
});

describe.each(['server', 'worker'] as const)('%s', (name) => {
  const env = { DATABASE_URL: 'postgres://h@db/h', TEMPORAL_ADDRESS: 'temporal:7233', HEADROOM_DATA: '/d' };

  test('takes database and cluster from the environment', async () => {
    const cwd = withConfig();
    const given: Partial<ServerOptions>[] = [];
    const start = async (options: Partial<ServerOptions>) => {
      given.push(options);
      return running();
    };
    const argv = [name, '--public-url', 'https://a.example'];
    const { code } = await runCommand(argv, { cwd, env, launch: { [name]: start } });
    expect(code).toBe(0);
    expect(given[0]).toMatchObject({
      configDir: path.join(cwd, 'config'),
      dataDir: '/d',
      databaseUrl: env.DATABASE_URL,
      temporalAddress: env.TEMPORAL_ADDRESS,
      publicUrl: 'https://a.example',
    });
  });

  test('takes the address for customers from the environment too', async () => {
    const given: Partial<ServerOptions>[] = [];
    const start = async (options: Partial<ServerOptions>) => {
      given.push(options);
      return running();
    };
    const world = { cwd: withConfig(), env: { ...env, HEADROOM_PUBLIC_URL: 'https://a.example/' } };
    await runCommand([name], { ...world, launch: { [name]: start } });
    expect(given[0]?.publicUrl).toBe('https://a.example');
  });

  test.each([
    [new MissingPublicUrlError(['billing']), 'these connections are live: billing\nName it with --public-url URL'],
    [new MissingSecretsError(['connections.billing.auth.key: env:STRIPE_KEY']), 'Set them and start again'],
  ])('what the environment lacks ends with 2 and what to do: %s', async (error, told) => {
    const start = () => Promise.reject(error);
    const { code, err } = await runCommand([name], { cwd: withConfig(), env, launch: { [name]: start } });
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(err).not.toContain('HEADROOM_DEBUG');
  });

  test('what does not answer is not shown as a stack trace', async () => {
    const away = () => Promise.reject(new Error('Failed to connect before the deadline'));
    const { code, err } = await runCommand([name], { cwd: withConfig(), env, launch: { [name]: away } });
    expect(code).toBe(1);
    expect(err).toContain('error: Failed to connect before the deadline\nPostgreSQL at DATABASE_URL and Temporal');
    expect(err).not.toMatch(/^ {4}at /m);
  });

  test.each([
    [{ DATABASE_URL: '' }, 'DATABASE_URL is not set'],
    [{ DATABASE_URL: 'mysql://h:secret@db/h' }, 'DATABASE_URL is not the address of a PostgreSQL'],
    [{ TEMPORAL_ADDRESS: '' }, 'TEMPORAL_ADDRESS is not set'],
    [{ TEMPORAL_ADDRESS: 'http://temporal' }, 'TEMPORAL_ADDRESS is not host:port'],
  ])('%j ends with 2', async (change, message) => {
    const { code, err } = await runCommand([name], { cwd: withConfig(), env: { ...env, ...change } });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain('secret');
  });
});

describe('sandbox', () => {
  test('leaves a file that up can read, for its owner alone', async () => {
    const cwd = withConfig();
    const given: SandboxOptions[] = [];
    const sandbox = async (options: SandboxOptions) => {
      given.push(options);
      return { ...running(), file: sandboxFile };
    };
    const { code } = await runCommand(['sandbox', '--write', 's.json', '--scale', '60', '--record', 'r.ndjson'], {
      cwd,
      launch: { sandbox },
    });
    expect(code).toBe(0);
    expect(given[0]).toMatchObject({
      world: null,
      scale: 60,
      hubUrl: 'http://127.0.0.1:4670',
      record: path.join(cwd, 'r.ndjson'),
    });
    expect(fs.statSync(path.join(cwd, 's.json')).mode & 0o777).toBe(0o600);
    expect((await up(['--sandbox', 's.json'], cwd)).given?.sandbox).toEqual(sandboxFile);
  });

  test('a line that repeats is shown once', async () => {
    const sandbox = async ({ log }: SandboxOptions) => {
      for (const line of ['no hub', 'no hub', 'other', 'no hub']) log(line);
      return { ...running(), file: sandboxFile };
    };
    const { err } = await runCommand(['sandbox'], { launch: { sandbox } });
    expect(err).toBe('starting sandbox …\nno hub\nother\nno hub\nstopping sandbox …');
  });

  test('a world without files is refused with the names that were tried', async () => {
    const { code, err } = await runCommand(['sandbox', '--world', 'w'], { cwd: '/nowhere' });
    expect(code).toBe(2);
    expect(err).toContain('neither /nowhere/w.usage.ndjson nor /nowhere/w.usage.ndjson.gz exists');
  });

  test.each(['0', '-1', 'fast', ''])('--scale %j is refused', async (scale) => {
    expect((await runCommand(['sandbox', `--scale=${scale}`])).code).toBe(2);
  });
});

describe('demo', () => {
  test('passes everything on and ends with its exit code', async () => {
    const cwd = tempDir();
    for (const part of ['usage', 'truth']) fs.writeFileSync(path.join(cwd, `w.${part}.ndjson.gz`), '');
    const given: DemoOptions[] = [];
    const demo = async (options: DemoOptions) => {
      given.push(options);
      return 1;
    };
    const argv = ['demo', '--days', '20', '--chaos', '--json', 'r.json', '--keep', '--world', 'w', '--seed', '7'];
    argv.push('--config', 'ours');
    fs.mkdirSync(path.join(cwd, 'ours'));
    fs.writeFileSync(path.join(cwd, 'ours', 'headroom.yaml'), '');
    const { code } = await runCommand(argv, { cwd, launch: { demo } });
    expect(code).toBe(1);
    expect(given).toEqual([
      {
        days: 20,
        chaos: true,
        json: path.join(cwd, 'r.json'),
        record: null,
        keep: true,
        world: { usage: path.join(cwd, 'w.usage.ndjson.gz'), truth: path.join(cwd, 'w.truth.ndjson.gz') },
        configDir: path.join(cwd, 'ours'),
        seed: 7,
      },
    ]);
  });
});
