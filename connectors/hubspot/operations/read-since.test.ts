import { afterEach, describe, expect, test } from 'vitest';
import { REFRESH_MS } from '../../../domain/time-limits.ts';
import type { Canned } from '../../kit/testing/canned-server.ts';
import { callWithin } from '../../kit/time-limit.ts';
import { companiesPage, contactProperties, noAssociations, ticketPipelines } from '../fixtures/replies.ts';
import { cannedHubSpot, connect, NOW, type SeenRequest } from '../testing/set-up.ts';

/**
 * A company with many years of activities: what was logged lately is found, in few calls.
 * Pages of associations are HubSpot's, of 500.
 */
interface Activity {
  id: string;
  /** Days before NOW. */
  created: number;
  /** Days before NOW that it took place; as created, unless said. */
  at?: number;
  properties?: Record<string, string>;
  /** Deleted, though still associated. */
  gone?: true;
}
type Type = 'calls' | 'emails' | 'meetings';

const COMPANY = '9001';
const DAY_MS = 86_400_000;
const FIRST_ID = 40_000_000_000;
const PER_PAGE = 500;
const ago = (days: number) => new Date(Date.parse(NOW) - days * DAY_MS).toISOString();
const SENT = { hs_email_direction: 'EMAIL', hs_email_status: 'SENT', hs_email_from_email: 'am@vendor.example' };

/** The n-th that was ever made. */
const email = (n: number, created: number): Activity => ({ id: String(FIRST_ID + n), created, properties: SENT });
/** Over five years, all before the last 120 days; the highest id is the newest. */
const oldEmails = (many: number) =>
  Array.from({ length: many }, (_, n) => email(n, 120 + ((many - n) / many) * 5 * 365));

const close: (() => void)[] = [];
afterEach(() => {
  for (const one of close.splice(0)) one();
});

interface Portal {
  activities: Partial<Record<Type, Activity[]>>;
  /** What a batch answers beside its results, by the number of the batch; absent: nothing. */
  errors?: (batch: number) => { category: string; message: string } | undefined;
  saysCreated?: boolean;
}

async function portal({ activities, errors, saysCreated = true }: Portal) {
  const fixed: Record<string, unknown> = {
    'companies/batch/read': companiesPage,
    contacts: contactProperties,
    tickets: ticketPipelines,
  };
  let batches = 0;
  const pageOf = (type: Type, after = 0): Canned => {
    const ids = (activities[type] ?? []).map(({ id }) => id);
    if (ids.length === 0) return { status: 207, body: noAssociations };
    const to = ids.slice(after, after + PER_PAGE).map((toObjectId) => ({ toObjectId, associationTypes: [] }));
    const paging = after + PER_PAGE < ids.length ? { paging: { next: { after: String(after + PER_PAGE) } } } : {};
    return { body: { status: 'COMPLETE', results: [{ from: { id: COMPANY }, to, ...paging }] } };
  };
  const batchOf = (type: Type, asked: string[]): Canned => {
    const wanted = new Set(asked);
    const results = (activities[type] ?? [])
      .filter(({ id, gone }) => wanted.has(id) && !gone)
      .map(({ id, created, at = created, properties }) => ({
        id,
        properties: { hs_timestamp: ago(at), hubspot_owner_id: '41629779', ...properties },
        ...(saysCreated ? { createdAt: ago(created) } : {}),
      }));
    batches += 1;
    const error = errors?.(batches);
    const failed = error ? { numErrors: 1, errors: [error] } : {};
    return { status: error ? 207 : 200, body: { status: 'COMPLETE', results, ...failed } };
  };
  const {
    url,
    requests,
    close: stop,
  } = await cannedHubSpot(({ path, body }: SeenRequest) => {
    const inputs = (body as { inputs?: { id: string; after?: string }[] } | null)?.inputs ?? []; // what the client sends
    const [, kind, type] = /^\/crm\/(associations\/2026-09\/companies|objects\/2026-09)\/(\w+)/.exec(path) ?? [];
    if (kind?.startsWith('associations')) return pageOf(type as Type, Number(inputs[0]?.after ?? 0));
    if (type === 'calls' || type === 'emails' || type === 'meetings')
      return batchOf(
        type,
        inputs.map(({ id }) => id),
      );
    const known = Object.entries(fixed).find(([end]) => path.endsWith(end))?.[1];
    if (known === undefined) throw new Error(`no answer for ${path}`);
    return { body: known };
  });
  close.push(stop);
  const read = async () => {
    const accounts = await connect(url).crm.readAccountsById([COMPANY], callWithin(REFRESH_MS));
    return (accounts[0]?.outreach ?? []).map(({ externalId }) => externalId).sort();
  };
  const batchesOf = (type: Type) =>
    requests.filter(({ path }) => path === `/crm/objects/2026-09/${type}/batch/read`).map(({ body }) => body);
  return { read, requests, batchesOf };
}

describe('a company with 6,000 old e-mails', () => {
  test('is read in few calls, and what was logged lately is there', async () => {
    const emails = [...oldEmails(6_000), email(6_000, 3), email(6_001, 0.01)];
    const call = { id: '1', created: 0.001, properties: { hs_call_status: 'COMPLETED' } };
    // Associations come in no promised order.
    const { read, requests, batchesOf } = await portal({ activities: { emails: emails.reverse(), calls: [call] } });
    expect(await read()).toEqual(['1', String(FIRST_ID + 6_000), String(FIRST_ID + 6_001)]);
    // The newest hundred, two hundred more of which the last are old, and a hundred spread over all others.
    expect(batchesOf('emails')).toHaveLength(4);
    // Of the rest, 13 are pages of associations with e-mails.
    expect(requests.length).toBeLessThan(30);
  });

  test('loses none of those that are of the last 90 days, however many', async () => {
    const lately = Array.from({ length: 450 }, (_, n) => email(6_000 + n, 89 - (n / 450) * 88));
    const { read, batchesOf } = await portal({ activities: { emails: [...oldEmails(6_000), ...lately] } });
    expect(await read()).toEqual(lately.map(({ id }) => id).sort());
    expect(batchesOf('emails').length).toBeLessThan(10);
  });

  test('is read whole where ids do not follow creation, even if the sample is old', async () => {
    const emails = oldEmails(6_000).map((one, n) => ({ ...one, id: String(FIRST_ID + 10_000 - n) }));
    // A sample has the lowest id, and not the one beside it.
    const lowest = [email(0, 120), email(1, 0.01)];
    const { read, batchesOf } = await portal({ activities: { emails: [...emails, ...lowest] } });
    expect(await read()).toEqual([String(FIRST_ID + 1)]);
    const asked = batchesOf('emails').flatMap((body) => (body as { inputs: { id: string }[] }).inputs);
    // Each once.
    expect(asked).toHaveLength(6_002);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(6_002);
  });

  test('is read whole where HubSpot does not say when they were made', async () => {
    const { read, batchesOf } = await portal({
      activities: { emails: [...oldEmails(1_000), email(1_000, 1)] },
      saysCreated: false,
    });
    expect(await read()).toEqual([String(FIRST_ID + 1_000)]);
    expect(batchesOf('emails')).toHaveLength(11);
  });

  test('ids that are gone show nothing of the others', async () => {
    const gone = Array.from({ length: 150 }, (_, n) => ({ ...email(6_100 + n, 1), gone: true as const }));
    const emails = [...oldEmails(6_000), email(6_000, 5), ...gone];
    const errors = (batch: number) => (batch < 3 ? { category: 'OBJECT_NOT_FOUND', message: 'deleted' } : undefined);
    const { read, batchesOf } = await portal({ activities: { emails }, errors });
    expect(await read()).toEqual([String(FIRST_ID + 6_000)]);
    expect(batchesOf('emails').length).toBeLessThan(6);
  });

  test.each([1, 4])('an answer in part, here batch %i, is no answer', async (failing) => {
    const emails = [...oldEmails(6_000), email(6_000, 5)];
    const errors = (batch: number) =>
      batch === failing ? { category: 'INTERNAL_ERROR', message: 'try again' } : undefined;
    const { read } = await portal({ activities: { emails }, errors });
    await expect(read()).rejects.toThrow('in part only');
  });
});

test('a meeting that was planned long before its time is outreach when it took place', async () => {
  const planned = { id: '7', created: 400, at: 1, properties: { hs_meeting_outcome: 'SCHEDULED' } };
  const others = Array.from({ length: 300 }, (_, n) => ({ id: String(1_000 + n), created: 300 - n / 10 }));
  const { read } = await portal({ activities: { meetings: [planned, ...others] } });
  expect(await read()).toEqual(['7']);
});
