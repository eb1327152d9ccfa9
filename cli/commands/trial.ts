import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { z } from 'zod';
import { trial } from '../../server/http/api/schemas.ts';
import { explainReason } from '../../server/http/words.ts';
import { offerAnswer, trialEnding, trialTaken } from '../answers.ts';
import { rows } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../errors.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { readList, tellOfMore } from '../list.ts';
import { type Column, printTable } from '../output/table.ts';
import { time } from '../output/values.ts';
import { startProgress } from '../progress.ts';

const POLL_MS = 500;
const PATIENCE_MS = 60_000;

const COLUMNS: Column<z.infer<typeof trial>>[] = [
  { head: 'Offer', of: ({ offerId }) => offerId },
  { head: 'Account', of: ({ account }) => account },
  { head: 'Product', of: ({ product }) => product },
  { head: 'Plan', of: ({ plan }) => plan },
  { head: 'State', of: ({ state }) => state },
  { head: 'Ends (UTC)', of: ({ endsAt }) => time(endsAt) },
  { head: 'Asked by', of: ({ actor }) => actor },
];

export function trialCommand(cli: Cli): Command {
  return new Command('trial')
    .description('start, end and list trials of the next plan')
    .addHelpText('after', '\nExample:\n  $ headroom trial start acct-0042 --product core')
    .addCommand(startCommand(cli))
    .addCommand(endCommand(cli))
    .addCommand(listCommand(cli));
}

type StartOptions = HubOptions & { product?: string; as?: string; wait: boolean };

function startCommand(cli: Cli): Command {
  return hubOptions(new Command('start'))
    .description('start a trial of the next plan for an account')
    .argument('<account>', 'its id')
    .option('--product <name>', 'needed where the account pays for several')
    .option('--as <email>', 'the person who asks (default: whoever the token stands for)')
    .option('--no-wait', 'do not wait until billing has it')
    .addHelpText('after', '\nExample:\n  $ headroom trial start acct-0042 --product core')
    .action(async (account: string, { product, as: actor, wait, data, json }: StartOptions) => {
      const taken = await connectHub(cli, { data }).post('/trials', trialTaken, { account, product, actor });
      if (!json) cli.out(taken.sentence);
      if (!wait) return cli.out(json ? JSON.stringify(taken) : `Offer ${taken.offerId}.`);
      const seen = await waitForBilling(cli, data, taken.offerId);
      if (json) cli.out(JSON.stringify(seen, null, 2));
      else
        cli.out(
          `Offer ${taken.offerId}: ${seen.offer.state}${seen.trial ? `, until ${time(seen.trial.endsAt)} UTC` : ''}.`,
        );
      if (seen.offer.state === 'refused') {
        throw new CliError(
          `billing refused the trial${seen.offer.reason ? `: ${explainReason(seen.offer.reason)}` : ''}`,
        );
      }
    });
}

/** Reads on until the trial is no longer being made. */
async function waitForBilling(
  cli: Cli,
  data: string | undefined,
  offerId: string,
): Promise<z.infer<typeof offerAnswer>> {
  const hub = connectHub(cli, { data, spin: false });
  const route = `/trials/${encodeURIComponent(offerId)}`;
  const deadline = performance.now() + PATIENCE_MS;
  const progress = startProgress(cli, 'waiting for billing');
  try {
    for (;;) {
      const seen = await hub.get(route, offerAnswer);
      if (seen.offer.state !== 'granting') return seen;
      if (performance.now() > deadline) {
        throw new CliError(`billing has not started the trial within ${PATIENCE_MS / 1000} s; the hub goes on trying`, {
          remedy: `headroom trial list shows what becomes of ${offerId}.`,
        });
      }
      await sleep(POLL_MS);
    }
  } finally {
    progress.clear();
  }
}

function endCommand(cli: Cli): Command {
  return hubOptions(new Command('end'))
    .description('end a running trial now: the account goes back to its paid plan')
    .argument('<offer>', 'from headroom trial list')
    .option('--reason <text>', 'kept with the trial', 'by hand, from the command line')
    .option('--as <email>', 'the person who asks (default: whoever the token stands for)')
    .addHelpText('after', '\nExample:\n  $ headroom trial end of_4f2a --reason "customer asked"')
    .action(async (offer: string, { reason, as: actor, data, json }: HubOptions & { reason: string; as?: string }) => {
      const route = `/trials/${encodeURIComponent(offer)}/end`;
      const answer = await connectHub(cli, { data }).post(route, trialEnding, { reason, actor });
      cli.out(json ? JSON.stringify(answer) : answer.sentence);
    });
}

function listCommand(cli: Cli): Command {
  return hubOptions(new Command('list'))
    .description('list trials, newest first')
    .option('--account <id>', 'of one account')
    .option('--limit <n>', 'how many', rows, 50)
    .addHelpText('after', '\nExample:\n  $ headroom trial list')
    .action(async ({ account, limit, data, json }: HubOptions & { account?: string; limit: number }) => {
      const list = await readList(connectHub(cli, { data }), '/trials', trial, { account, limit });
      if (json) cli.out(JSON.stringify(list.items, null, 2));
      else printTable(cli, list.items, COLUMNS, 'There are no trials.');
      tellOfMore(cli, list);
    });
}
