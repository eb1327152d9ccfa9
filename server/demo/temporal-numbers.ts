import { Connection } from '@temporalio/client';

type Execution = { workflowId?: string | null; runId?: string | null } | null | undefined;

/** How many runs there were and how long their histories are, by type (the median). From the server itself. */
export async function temporalNumbers(
  address: string,
): Promise<{ workflows: number; historyEventsByType: Record<string, number> }> {
  const connection = await Connection.connect({ address });
  try {
    const lengths = new Map<string, number[]>();
    let token: Uint8Array | undefined;
    do {
      const page = await connection.workflowService.listWorkflowExecutions({
        namespace: 'default',
        pageSize: 1_000,
        query: '',
        ...(token && { nextPageToken: token }),
      });
      for (const { type, execution, historyLength } of page.executions ?? []) {
        const name = type?.name ?? 'unknown';
        // The list knows the length of closed runs only.
        const length = Number(historyLength ?? 0) || (await lengthOf(connection, execution));
        lengths.set(name, [...(lengths.get(name) ?? []), length]);
      }
      token = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (token);
    const all = [...lengths.values()];
    const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
    return {
      workflows: all.reduce((sum, list) => sum + list.length, 0),
      historyEventsByType: Object.fromEntries([...lengths].map(([name, list]) => [name, median(list)])),
    };
  } finally {
    await connection.close();
  }
}

async function lengthOf(connection: Connection, execution: Execution): Promise<number> {
  if (!execution) return 0;
  const described = await connection.workflowService.describeWorkflowExecution({ namespace: 'default', execution });
  return Number(described.workflowExecutionInfo?.historyLength ?? 0);
}
