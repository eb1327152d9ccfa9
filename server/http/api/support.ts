import os from 'node:os';
import { z } from 'zod';
import { hideSecrets } from '../../../config/source/secret-shapes.ts';
import { redactText } from '../../../connectors/kit/redact.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import type { HttpContext } from '../context.ts';
import type { Api } from './api.ts';

/** Longer than any config file that a person writes. */
const LONGEST_FILE = 200_000;

const support = z
  .object({
    version: z.string(),
    node: z.string(),
    platform: z.string(),
    cpus: z.number(),
    memoryMb: z.object({ total: z.number(), process: z.number() }),
    upSeconds: z.number(),
    config: z.record(z.string(), z.string()).describe('The applied config by file: secrets are references'),
    logs: z.record(z.string(), z.array(z.string())).describe('The latest lines, redacted'),
  })
  .meta({ id: 'Support' });

export function supportRoutes(api: Api, { deps, recentLogs }: HttpContext): void {
  api.get(
    '/support',
    {
      schema: {
        tags: ['operation'],
        summary: 'What a person who helps needs to know of this process; no secrets, no customers',
        response: { 200: support },
      },
    },
    async () => {
      const megabytes = (bytes: number) => Math.round(bytes / 1_048_576);
      return {
        version: packageJson.version,
        node: process.version,
        platform: `${os.platform()} ${os.release()} ${os.arch()}`,
        cpus: os.availableParallelism(),
        memoryMb: { total: megabytes(os.totalmem()), process: megabytes(process.memoryUsage.rss()) },
        upSeconds: Math.round(process.uptime()),
        config: Object.fromEntries(
          Object.entries(deps.configs.current().files).map(([file, text]) => [
            file,
            redactText(hideSecrets(text), LONGEST_FILE),
          ]),
        ),
        logs: recentLogs(),
      };
    },
  );
}
