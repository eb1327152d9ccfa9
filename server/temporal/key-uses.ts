import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';

const PAGE = 200;
const AT_ONCE = 20;
const { History } = protos.temporal.api.history.v1;
const { DescribeScheduleResponse } = protos.temporal.api.workflowservice.v1;

/**
 * Something that Temporal still keeps and that names a data key, in words; null: nothing does. Looks at the history of
 * every run, open or within retention, and at every Schedule. The id could stand there by chance, never the reverse.
 */
export async function findKeyUse(client: Client, keyId: string): Promise<string | null> {
  const names = (bytes: Uint8Array) => Buffer.from(bytes).includes(keyId);
  const { workflowService: service } = client;
  const { namespace } = client.options;
  for await (const { scheduleId } of client.schedule.list()) {
    const described = await service.describeSchedule({ namespace, scheduleId });
    if (names(DescribeScheduleResponse.encode(described).finish())) return `the Schedule ${scheduleId}`;
  }
  let pageToken: Uint8Array | undefined;
  do {
    const page = await service.listWorkflowExecutions({
      namespace,
      pageSize: PAGE,
      query: '',
      ...(pageToken && { nextPageToken: pageToken }),
    });
    const runs = page.executions ?? [];
    for (let at = 0; at < runs.length; at += AT_ONCE) {
      const found = await Promise.all(runs.slice(at, at + AT_ONCE).map(({ execution }) => uses(execution)));
      const one = found.find((id) => id !== null);
      if (one) return `the workflow ${one}`;
    }
    pageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (pageToken);
  return null;

  async function uses(
    execution: { workflowId?: string | null; runId?: string | null } | null | undefined,
  ): Promise<string | null> {
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await service.getWorkflowExecutionHistory({
        namespace,
        execution: execution ?? null,
        ...(nextPageToken && { nextPageToken }),
      });
      if (names(History.encode(page.history ?? {}).finish())) return execution?.workflowId ?? '';
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
    return null;
  }
}
