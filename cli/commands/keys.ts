import { Command } from 'commander';
import type { z } from 'zod';
import { keysAnswer, resealedAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub, type Hub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { type Column, printTable } from '../output/table.ts';
import { count, time } from '../output/values.ts';
import { startProgress } from '../progress.ts';

type Keys = z.infer<typeof keysAnswer>;

const COLUMNS: Column<Keys['items'][number]>[] = [
  { head: 'Key', of: ({ id }) => id },
  { head: 'Made (UTC)', of: ({ madeAt }) => time(madeAt) },
  { head: 'Use', of: ({ seals }) => (seals ? 'seals and opens' : 'opens') },
  { head: 'Stored payloads', of: ({ stored }) => count(stored), align: 'right' },
];

export function keysCommand(cli: Cli): Command {
  return new Command('keys')
    .description('list, rotate and retire the keys that stored messages and Temporal payloads are sealed with')
    .addHelpText('after', '\nExample:\n  $ headroom keys rotate')
    .addCommand(listCommand(cli))
    .addCommand(rotateCommand(cli))
    .addCommand(resealCommand(cli))
    .addCommand(retireCommand(cli));
}

function listCommand(cli: Cli): Command {
  return hubOptions(new Command('list'))
    .description('show the keys by their fingerprints, never the keys')
    .addHelpText('after', '\nExample:\n  $ headroom keys list')
    .action(async ({ data, json }: HubOptions) => {
      show(cli, await connectHub(cli, { data }).get('/keys', keysAnswer), json);
    });
}

function rotateCommand(cli: Cli): Command {
  return hubOptions(new Command('rotate'))
    .description('make a new key that seals from now on, and seal what is stored with it')
    .addHelpText('after', '\nExample:\n  $ headroom keys rotate')
    .action(async ({ data, json }: HubOptions) => {
      const hub = connectHub(cli, { data, spin: false });
      await hub.post('/keys/rotate', keysAnswer, {});
      await resealAll(cli, hub);
      show(cli, await hub.get('/keys', keysAnswer), json);
      cli.err('Runs under way keep their old key until they end. Then: headroom keys retire KEY. Back the new key up.');
    });
}

function resealCommand(cli: Cli): Command {
  return hubOptions(new Command('reseal'))
    .description('seal what is stored with the newest key, as after a rotation that was interrupted')
    .addHelpText('after', '\nExample:\n  $ headroom keys reseal')
    .action(async ({ data, json }: HubOptions) => {
      const hub = connectHub(cli, { data, spin: false });
      await resealAll(cli, hub);
      show(cli, await hub.get('/keys', keysAnswer), json);
    });
}

function retireCommand(cli: Cli): Command {
  return hubOptions(new Command('retire'))
    .description('delete a key that nothing uses any more')
    .argument('<key>', 'from headroom keys list')
    .addHelpText('after', '\nExample:\n  $ headroom keys retire 3f2a90c1')
    .action(async (key: string, { data, json }: HubOptions) => {
      const route = `/keys/${encodeURIComponent(key)}/retire`;
      const keys = await connectHub(cli, { data }).post(route, keysAnswer, {});
      if (json) show(cli, keys, json);
      else cli.out(`The key ${key} is gone. Backups that need it need a copy of it.`);
    });
}

/** In batches, until none is left or what is left is just being sent. */
async function resealAll(cli: Cli, hub: Hub): Promise<void> {
  const progress = startProgress(cli, 'sealing stored payloads');
  try {
    for (let done = 0; ; ) {
      const { resealed, left } = await hub.post('/keys/reseal', resealedAnswer, {});
      done += resealed;
      if (left === 0 || resealed === 0) return;
      progress.say(`sealing stored payloads: ${count(done)} of ${count(done + left)}`);
    }
  } finally {
    progress.clear();
  }
}

function show(cli: Cli, keys: Keys, json: true | undefined): void {
  if (json) cli.out(JSON.stringify(keys, null, 2));
  else printTable(cli, keys.items, COLUMNS, 'There are no keys.');
  for (const { id, stored } of keys.missing) {
    cli.err(
      `${count(stored)} stored payloads need the key ${id}, which is not there: put it back after the first one.`,
    );
  }
}
