import { allOf, type Conformance, defineConformance, offered } from '../../connectors/kit/conformance.ts';
import type { Subject } from '../subject.ts';
import { type Habits, notesConnector } from './notes-connector.ts';
import { makeNotesTwin } from './notes-twin.ts';

const samples: Conformance = defineConformance({
  connection: { auth: { token: 'env:NOTES_TOKEN' } },
  writes: [
    {
      operation: 'crm.createTask',
      request: { method: 'POST', path: '^/notes$' },
      input: async (scene) => ({
        companyId: scene.account,
        contactId: null,
        ownerId: null,
        subject: 'Call them',
        body: '',
        dueAt: scene.now,
        priority: 'LOW',
        marker: scene.id,
      }),
      isEffect: ({ kind, key }, { marker }) => kind === 'task_created' && key === marker,
    },
  ],
  reads: [
    {
      name: 'crm.readAccounts',
      request: { method: 'GET', path: '^/accounts$' },
      pages: 5,
      needs: 'id',
      read: async (scene) => {
        const accounts = await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()));
        return accounts.map(({ externalId }) => externalId);
      },
    },
  ],
});

/** Honest ones, and for each way to lie one that does. */
const habits = {
  honest_key: { says: 'vendor_key', sendsKey: true },
  honest_find: { says: 'find' },
  honest_none: { says: 'none' },
  says_natural: { says: 'natural' },
  says_key: { says: 'vendor_key', looks: false },
  finds_nothing: { says: 'find', looks: false },
  retries_itself: { says: 'none', retries: true },
  never_announces: { says: 'find', announces: false },
  ignores_deadline: { says: 'find', ignoresDeadline: true },
  swallows_pages: { says: 'find', swallowsPages: true },
} satisfies Record<string, Habits>;

export type NotesName = keyof typeof habits;

export const subjects: Record<string, Subject> = Object.fromEntries(
  Object.entries(habits).map(([name, one]) => [
    // The worker's own process finds the liar by this name; the vendor is the same for all.
    name,
    {
      name: 'notes',
      key: name,
      connector: notesConnector(one),
      twin: makeNotesTwin,
      conformance: samples,
      module: import.meta.url,
    },
  ]),
);
