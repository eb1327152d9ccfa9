import { z } from 'zod';
import type { Crm, CrmAccount, TaskInput } from '../../connectors/kit/capabilities.ts';
import { type Connector, defineConnector, type Manifest } from '../../connectors/kit/connector.ts';
import { hostFetch } from '../../connectors/kit/doors.ts';
import { baseUrl, hostGuard } from '../../connectors/kit/hosts.ts';
import { vendorRequest } from '../../connectors/kit/http.ts';
import type { WriteOperation } from '../../connectors/kit/operation.ts';
import { paginate } from '../../connectors/kit/paginate.ts';
import type { Json } from '../../domain/model.ts';

/** What this connector says of itself, and what it really does. */
export interface Habits {
  says: WriteOperation<never, Json, Json>['idempotency'];
  sendsKey?: boolean;
  /** `find` asks the vendor; else it says that nothing is there. */
  looks?: boolean;
  /** Posts once more by itself when an answer is lost, as many packages do. */
  retries?: boolean;
  announces?: boolean;
  /** Ignores the deadline that passed while it stood still. */
  ignoresDeadline?: boolean;
  /** Ends a list at the first page that fails. */
  swallowsPages?: boolean;
}

const manifest: Manifest = {
  name: 'notes',
  title: 'Notes',
  settings: z.strictObject({}),
  auth: ['token'],
  hosts: () => [],
  apiVersion: { name: 'none', url: 'https://www.rfc-editor.org/rfc/rfc9110' },
  limits: [],
  needsAccountKey: false,
  webhook: false,
};
const note = z.object({ id: z.string() });

/** Honest or not, as told. Only the task and the list of accounts are there; the rest of a CRM is left out. */
export function notesConnector(habits: Habits): Connector {
  return defineConnector({
    manifest,
    connect: ({ connection, secret, budget }) => {
      const fetch = hostFetch(hostGuard(manifest, connection));
      const base = baseUrl(connection, '');
      const headers = () => ({
        authorization: `Bearer ${secret('env:NOTES_TOKEN')}`,
        'content-type': 'application/json',
      });
      const common = { fetch, budget, connector: 'notes' };

      const createTask: WriteOperation<TaskInput, Json, { taskId: string }> = {
        name: 'createTask',
        idempotency: habits.says,
        settleMs: 5_000,
        timeoutMs: 20_000,
        prepare: ({ subject, marker }) => ({ ref: marker, text: subject }),
        send: async (payload, given) => {
          const sending = habits.announces === false ? async () => {} : given.sending;
          const call = habits.ignoresDeadline
            ? { ...given, sending, deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal }
            : { ...given, sending };
          const key: Record<string, string> = habits.sendsKey ? { 'idempotency-key': given.idempotencyKey } : {};
          const post = () =>
            vendorRequest({
              ...common,
              operation: 'createTask',
              method: 'POST',
              url: `${base}/notes`,
              headers: { ...headers(), ...key },
              body: JSON.stringify(payload),
              schema: note,
              write: habits.says,
              call,
            });
          const { body } = habits.retries ? await post().catch(post) : await post();
          return { taskId: body.id };
        },
        find: async (payload, call) => {
          const { ref } = z.object({ ref: z.string() }).parse(payload);
          const url = `${base}/notes?ref=${ref}`;
          const schema = z.object({ notes: z.array(note) });
          const { body } = await vendorRequest({
            ...common,
            operation: 'find',
            method: 'GET',
            url,
            headers: headers(),
            schema,
            call,
          });
          const [found] = habits.looks === false ? [] : body.notes;
          return found ? { kind: 'found', result: { taskId: found.id } } : { kind: 'absent' };
        },
      };

      const readAccounts: Crm['readAccounts'] = async function* (call) {
        const schema = z.object({ accounts: z.array(note), next: z.string().nullable() });
        const origin = { connector: 'notes', operation: 'readAccounts' };
        const pages = paginate<CrmAccount[], string>(origin, async (after) => {
          const url = `${base}/accounts${after === null ? '' : `?after=${after}`}`;
          const page = vendorRequest({
            ...common,
            operation: 'readAccounts',
            method: 'GET',
            url,
            headers: headers(),
            schema,
            call,
          });
          const { body } = await (habits.swallowsPages
            ? page.catch(() => ({ body: { accounts: [], next: null } }))
            : page);
          return { items: body.accounts.map(({ id }) => accountOf(id)), next: body.next };
        });
        yield* pages;
      };

      const check = async (call: Parameters<Crm['readAccounts']>[0]) => {
        const url = `${base}/check`;
        await vendorRequest({
          ...common,
          operation: 'check',
          method: 'GET',
          url,
          headers: headers(),
          schema: z.object({}),
          call,
        });
      };
      // A CRM with two operations is enough here, and the suite asks for no others.
      return { crm: { createTask, readAccounts } as unknown as Crm, check };
    },
  });
}

function accountOf(id: string): CrmAccount {
  const profile = {
    name: id,
    segment: null,
    timezone: null,
    ownerId: null,
    csmId: null,
    arrCents: null,
    renewalOn: null,
  };
  return { externalId: id, account: id, profile, contacts: [], tickets: [], outreach: [] };
}
