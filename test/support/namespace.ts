import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { eventually } from './eventually.ts';

/**
 * A namespace of its own on the run's Temporal server: ids such as `journey:acme:core` are then this test's alone.
 * @param temporalAddress `inject('temporalAddress')`
 */
export async function freshNamespace(temporalAddress: string): Promise<{ temporalAddress: string; namespace: string }> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const namespace = `test-${randomUUID()}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    // A new namespace is known to all parts of the server a moment later.
    await eventually(() => connection.workflowService.listOpenWorkflowExecutions({ namespace }));
    return { temporalAddress, namespace };
  } finally {
    await connection.close();
  }
}
