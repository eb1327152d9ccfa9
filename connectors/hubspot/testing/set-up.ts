/** Set-up shared by this folder's tests: the connector connected to some address, and a HubSpot with canned answers. */
import type { Capabilities, Crm, CrmAccount, TaskInput } from '../../kit/capabilities.ts';
import { type Canned, cannedServer, type SeenRequest as SeenText } from '../../kit/testing/canned-server.ts';
import { type FakeDependencies, fakeDependencies } from '../../kit/testing/dependencies.ts';
import { hubspot } from '../index.ts';

export const SECRETS = { HUBSPOT_TOKEN: 'pat-na1-0123456789abcdef' };
export const NOW = '2026-03-20T10:00:00.000Z';

export interface Connected {
  crm: Crm;
  check: NonNullable<Capabilities['check']>;
  dependencies: FakeDependencies;
}

/** Business time begins at NOW. */
export function connect(
  url: string,
  more: { settings?: Record<string, unknown>; token?: string; scale?: number } = {},
): Connected {
  const dependencies = fakeDependencies({
    name: 'crm',
    connection: {
      connector: 'hubspot',
      mode: 'sandbox',
      sandbox_url: url,
      account_key: 'headroom_account_id',
      auth: { token: 'env:HUBSPOT_TOKEN' },
      ...more.settings,
    },
    secrets: { HUBSPOT_TOKEN: more.token ?? SECRETS.HUBSPOT_TOKEN },
  });
  dependencies.clock = { startedAt: new Date().toISOString(), epoch: NOW, scale: more.scale ?? 1 };
  const { crm, check } = hubspot.connect(dependencies);
  if (!crm || !check) throw new Error('HubSpot offers a CRM and a check');
  return { crm, check, dependencies };
}

export async function allAccounts(pages: AsyncIterable<CrmAccount[]>): Promise<CrmAccount[]> {
  const accounts: CrmAccount[] = [];
  for await (const page of pages) accounts.push(...page);
  return accounts;
}

export function taskInput(changes: Partial<TaskInput> = {}): TaskInput {
  return {
    companyId: '1',
    contactId: null,
    ownerId: null,
    subject: 'Call Summit Health: 95 % of seats',
    body: 'Used 24 of 25 seats.\nStart a trial: https://hub.example/a/tok_1?x=1&y=2.',
    dueAt: '2026-03-22T10:00:00.000Z',
    priority: 'HIGH',
    marker: 'Zm9vYmFy-_1',
    ...changes,
  };
}

export type SeenRequest = Omit<SeenText, 'body'> & { body: unknown };

/** Answers what `answer` says; null: it takes the request in and breaks the connection. Close it when the test is over. */
export async function cannedHubSpot(answer: (request: SeenRequest) => Canned | null) {
  const requests: SeenRequest[] = [];
  const { url, close } = await cannedServer((seen) => {
    const request = { ...seen, body: seen.body === '' ? null : JSON.parse(seen.body) };
    requests.push(request);
    return answer(request);
  });
  return { url, requests, close };
}
