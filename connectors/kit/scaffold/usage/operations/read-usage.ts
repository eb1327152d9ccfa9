import { z } from 'zod';
import type { UsagePage, UsageRequest } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { Call } from '../../../operation.ts';
import type { AcmeClient } from '../../common/client.ts';

/** How a metric of config says what to read here. */
export const readSchema = z.strictObject({ metric: z.string().min(1) });

/** All accounts in pages, with kit/paginate.ts; `complete` only when nothing was cut off. */
// biome-ignore lint/correctness/useYield: it is written next
export async function* readUsage(_client: AcmeClient, request: UsageRequest, _call: Call): AsyncGenerator<UsagePage> {
  for (const { read } of request.metrics) readSchema.parse(read);
  notWritten('connectors/acme/operations/read-usage.ts: read the pages with client.read(…) and yield their readings');
}
