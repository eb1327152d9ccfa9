import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { z } from 'zod';
import { redactDeep } from '../../connectors/kit/redact.ts';
import { reportAnswer, statusAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';

/** Config files are the longest texts in it. */
const LONGEST = 200_000;

const anything = z.looseObject({});

/** One JSON document: it can be read before it is sent, and nothing is needed to open it. */
export function supportBundleCommand(cli: Cli): Command {
  return new Command('support-bundle')
    .description('write what a person who helps needs to know: status, versions, config, counts, recent logs; redacted')
    .requiredOption('--out <file>', 'where to; compressed when it ends in .gz')
    .option('--data <dir>', 'data directory of the hub (default: HEADROOM_DATA, else ~/.local/share/headroom)')
    .option('--json', 'print where it is as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom support-bundle --out support.json.gz')
    .action(async ({ out, data, json }: { out: string; data?: string; json?: true }) => {
      const hub = connectHub(cli, { data });
      const status = await hub.get('/status', statusAnswer);
      const { effects, journeys, triggerEvents, touches } = await hub.get('/report', reportAnswer);
      const counts = { effects, journeys, triggerEvents, touches };
      const bundle = {
        about: 'Headroom support bundle. Credentials and addresses of people are masked as ***.',
        madeAt: new Date().toISOString(),
        ...(await hub.get('/support', anything)),
        status,
        counts,
        configVersions: await hub.get('/config', anything),
      };
      const text = `${JSON.stringify(redactDeep(bundle, LONGEST), null, 2)}\n`;
      const file = path.resolve(cli.cwd, out);
      writeFileSync(file, file.endsWith('.gz') ? gzipSync(text) : text, { mode: 0o600 });
      cli.out(json ? JSON.stringify({ file }) : `Written to ${file}. Read it before you send it.`);
    });
}
