/** The ledger's fencing holds only while no call outlives its activity: every write of every connector, against it. */
import { describe, expect, test } from 'vitest';
import { ACT_MS, LONGEST_CALL_MS, MARGIN_MS } from '../domain/time-limits.ts';
import type { Connector } from './kit/connector.ts';
import type { WriteOperation } from './kit/operation.ts';
import { fakeDependencies } from './kit/testing/dependencies.ts';
import { connectors } from './registry.ts';

/** Settings without which a connector does not connect. */
const NEEDED: Record<string, Record<string, unknown>> = {
  file: { path: '/tmp/readings.ndjson' },
  mixpanel: { project_id: '1', region: 'us', timezone: 'UTC', account_key: 'company_id' },
  salesforce: { my_domain: 'larkspur.my.salesforce.com', account_key: 'Headroom_Account_Id__c' },
  slack: { channel: 'C0123456789', may_read_history: true },
  smtp: { host: 'localhost', domain: 'mail.example.com' },
};

type Write = WriteOperation<never, never, never>;

function writesOf(part: unknown): Write[] {
  if (typeof part !== 'object' || part === null) return [];
  // Whatever says how it is made idempotent is a write.
  if ('idempotency' in part) return [part as Write];
  return Object.values(part).flatMap(writesOf);
}

function connected({ manifest, connect }: Connector): Write[] {
  const auth = Object.fromEntries(manifest.auth.map((name) => [name.replace('?', ''), 'env:SECRET']));
  const connection = {
    connector: manifest.name,
    mode: 'sandbox' as const,
    sandbox_url: 'http://127.0.0.1:9',
    auth,
    ...NEEDED[manifest.name],
  };
  return writesOf(connect(fakeDependencies({ connection })));
}

test('the margin before an activity times out is the five seconds that the fencing asks for', () => {
  expect(ACT_MS - LONGEST_CALL_MS).toBeGreaterThan(MARGIN_MS);
  expect(MARGIN_MS).toBeGreaterThanOrEqual(5_000);
});

describe.each(Object.entries(connectors))('%s', (name, connector) => {
  const writes = connected(connector);

  test.each(writes.map((write) => [write.name, write] as const))('%s ends before its activity does', (_, write) => {
    expect(write.timeoutMs).toBeGreaterThan(0);
    expect(write.timeoutMs).toBeLessThanOrEqual(LONGEST_CALL_MS);
    expect(write.settleMs).toBeGreaterThanOrEqual(0);
  });

  test('has writes where its manifest promises something to act on', () => {
    const acts = (connector.manifest.provides ?? []).some((capability) => capability !== 'usage');
    if (acts) expect(writes, name).not.toEqual([]);
  });
});
