import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction, listSweeps, lock } from '../../store/index.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { getToKnow, measure, startSweep, sweep } from '../support/moves.ts';
import { kill, startWorkerProcess } from '../support/worker-process.ts';

const sweepOf = async (hub: TestHub, connection: string) =>
  (await inTransaction(hub.store, (tx) => listSweeps(tx))).find((row) => row.connection === connection);

/** One account a reading, so that a page of them can be told apart by its accounts. */
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ account: `a${n}`, product: 'core', metric: 'storage_gb', used: 10 }));

describe('a sweep', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub({ accounts: { reads: { core: 'starter' } } });
    await getToKnow(hub);
  });
  afterAll(() => hub?.stop());

  test('of a thousand accounts costs no more history than of one', async () => {
    measure(hub, ...many(1_000));
    const run = await startSweep(hub, 'product_usage');
    expect(await run.result()).toMatchObject({ kind: 'swept', readings: 2_000 });
    const events = await eventsOf(hub.client, run.workflowId);
    expect(events.length).toBeLessThanOrEqual(15);
    keepHistory('sweep', events);
  });

  test('keeps a second one of the same connection out', async () => {
    hub.sandbox.frame.faults.add({ vendor: 'hubspot', kind: 'slow', delayMs: 1_500, times: 1 });
    const first = await startSweep(hub, 'crm');
    await eventually(async () => (await sweepOf(hub, 'crm'))?.leaseOwner);
    const second = await startSweep(hub, 'crm');
    expect(await second.result()).toEqual({ kind: 'busy' });
    expect(await first.result()).toMatchObject({ kind: 'swept' });
  });

  test('takes in what makes sense and keeps the rest with its reason', async () => {
    fs.appendFileSync(hub.usageFile, 'this is no reading\n');
    measure(hub, { account: 'reads', product: 'core', metric: 'storage_gb', used: 12 });
    expect(await sweep(hub, 'product_usage')).toMatchObject({ readings: 2, rejects: 1 });
  });
});

describe('a sweep whose worker is killed', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub({ accounts: { reads: { core: 'starter' } }, worker: false });
  });
  afterAll(() => hub?.stop());

  const storedReadings = async () =>
    (await hub.store.pool.query<{ n: number }>('select count(*)::int as n from reading')).rows[0]?.n;

  test('goes on with another worker where it stopped', async () => {
    measure(hub, ...many(1_250));
    const killed = await startWorkerProcess(hub);
    // Somebody is busy with an account of the second page, which has to wait.
    const held = await inTransaction(hub.store, async (tx) => {
      await lock(tx, { accounts: ['a1200'] });
      const run = await startSweep(hub, 'product_usage');
      await eventually(async () => (await storedReadings()) === 1_000);
      await kill(killed);
      return run;
    });
    const other = await startWorkerProcess(hub);
    try {
      const first = await held.result();
      // When the lease of the dead outlives Temporal's patience, the next sweep goes on in its stead.
      const swept = first.kind === 'swept' ? first : await sweep(hub, 'product_usage');
      expect(swept).toMatchObject({ kind: 'swept', readings: 1_500 });
      expect(await storedReadings()).toBe(2_500);
    } finally {
      await kill(other);
    }
  });
});
