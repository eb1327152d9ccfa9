import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { ConfigInput } from '../../config/schema/index.ts';
import { connectors } from '../../connectors/registry.ts';
import type { WorldAccount, WorldRow, WorldSubscription } from '../../sandbox/frame/types.ts';

const EXAMPLE = fileURLToPath(new URL('../../config/examples/tidewater', import.meta.url));
const DAY_MS = 86_400_000;
const LIFTED = 1_000_000;

/** So many accounts, each on a plan of one product, and nothing that happens by itself. @returns the usage file */
export function writeWorld(folder: string, accounts: number, now: string): string {
  // Billing counts in whole seconds.
  const at = (days: number) => `${new Date(Date.parse(now) + days * DAY_MS).toISOString().slice(0, 19)}Z`;
  const rows: WorldRow[] = Array.from({ length: accounts }, (_, n) => `acct-${n}`).flatMap((account) => [
    {
      type: 'account',
      receivedAt: now,
      account,
      name: `The ${account} company`,
      segment: 'smb',
      employees: 40,
      timezone: 'UTC',
      region: 'us',
      arrCents: 358_800,
      renewalDate: at(200).slice(0, 10),
      admin: { id: `u_${account}`, email: `admin@${account}.example`, role: 'admin' },
      owner: { id: `am_${account}`, email: `am-${account}@vendor.example` },
    } satisfies WorldAccount,
    {
      type: 'subscription',
      receivedAt: now,
      account,
      product: 'core',
      plan: 'team',
      mrrCents: 0,
      periodStart: at(-10),
      periodEnd: at(20),
    } satisfies WorldSubscription,
  ]);
  const file = path.join(folder, 'world.usage.ndjson');
  fs.writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

/**
 * The example company, whose Slack app may read what it posted, as it must to settle a doubt; and which gets a cohort of
 * Mixpanel's, so that each connector that takes webhooks has its door.
 */
export function writeConfig(folder: string, slackChannel: string, { rateLimits }: { rateLimits: boolean }): string {
  const configDir = path.join(folder, 'config');
  fs.cpSync(EXAMPLE, configDir, { recursive: true });
  const file = path.join(configDir, 'headroom.yaml');
  // Safe: the example is checked against this very schema by its own test.
  const config = parse(fs.readFileSync(file, 'utf8')) as ConfigInput;
  for (const connection of Object.values(config.connections)) {
    if (connection.connector === 'slack') Object.assign(connection, { channel: slackChannel, may_read_history: true });
    // Permits are taken all the same, and cost what they cost: only nobody waits for one.
    const { limits = [] } = connectors[connection.connector]?.manifest ?? {};
    if (!rateLimits) connection.limits = Object.fromEntries(limits.map(({ name }) => [name, LIFTED]));
  }
  config.routing.fallback.slack = slackChannel;
  Object.assign(config.connections.product_usage ?? {}, { webhook_secret: 'env:MIXPANEL_WEBHOOK_LOGIN' });
  config.facts = {
    ...config.facts,
    power_users: { from: 'product_usage', read: { cohort: { name: 'Power users' } }, sample: 4 },
  };
  fs.writeFileSync(file, stringify(config));
  return configDir;
}
