/** How the conformance suite tries HubSpot: the records of the twin are its world's companies. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Json } from '../../domain/model.ts';
import type { CrmAccount, TaskInput } from '../kit/capabilities.ts';
import { allOf, defineConformance, doWrite, offered, type Scene } from '../kit/conformance.ts';
import { BATCH, paths } from './paths.ts';

const TASKS = `^${paths.objects('tasks')}`;
const ticket = z.object({ id: z.string() });

async function companyOf(scene: Scene): Promise<string> {
  const accounts = await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()));
  const found = accounts.find(({ account }) => account === scene.account);
  if (!found) throw new Error(`HubSpot shows no company of ${scene.account}`);
  return found.externalId;
}

/** As it would be stored. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));
const byId = (accounts: CrmAccount[]) => json(accounts.sort((a, b) => a.externalId.localeCompare(b.externalId)));

async function task(scene: Scene): Promise<TaskInput> {
  return {
    companyId: await companyOf(scene),
    contactId: null,
    ownerId: null,
    subject: 'Call them about seats',
    body: 'Used 9 of 10 seats.',
    dueAt: scene.now,
    priority: 'HIGH',
    marker: scene.id,
  };
}

export const conformance = defineConformance({
  connection: { account_key: 'headroom_account_id', auth: { token: 'env:HUBSPOT_TOKEN' } },
  writes: [
    {
      operation: 'crm.createTask',
      request: { method: 'POST', path: `${TASKS}$` },
      input: task,
      isEffect: ({ kind, key }, { marker }) => kind === 'task_created' && key === marker,
    },
    {
      operation: 'crm.completeTask',
      request: { method: 'PATCH', path: `${TASKS}/` },
      input: async (scene) => {
        const { taskId } = await doWrite(offered(scene.capabilities.crm).createTask, await task(scene), scene);
        return { taskId, note: 'The customer upgraded.' };
      },
      isEffect: ({ kind, id }, { taskId }) => kind === 'task_updated' && id === taskId,
    },
    {
      operation: 'crm.tagAccount',
      request: { method: 'PATCH', path: `^${paths.objects('companies')}/` },
      input: async (scene) => ({ companyId: await companyOf(scene), fields: { qbr_tag: `seats ${scene.id}` } }),
      isEffect: ({ kind, id }, { companyId }) => kind === 'account_tagged' && id === companyId,
    },
  ],
  reads: [
    {
      name: 'crm.readAccounts',
      request: { method: 'GET', path: `^${paths.objects('companies')}$` },
      pages: BATCH + 20,
      needs: 'id',
      read: async (scene) => byId(await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()))),
    },
    {
      name: 'crm.readAccountsById',
      request: { method: 'POST', path: `^${paths.batchRead('companies')}$` },
      needs: 'id',
      read: async (scene) => {
        const crm = offered(scene.capabilities.crm);
        const ids = (await allOf(crm.readAccounts(scene.call()))).map(({ externalId }) => externalId);
        return byId(await crm.readAccountsById(ids, scene.call()));
      },
    },
    {
      name: 'crm.readOwners',
      request: { method: 'GET', path: `^${paths.owners}$` },
      pages: BATCH + 20,
      needs: 'id',
      read: async (scene) => json(await offered(scene.capabilities.crm).readOwners(scene.call())),
    },
  ],
  webhook: {
    secret: 'HUBSPOT_CLIENT_SECRET',
    path: 'HUBSPOT_WEBHOOK_PATH',
    // Each delivery is a list: that the ticket was made and whose it is, then that it moved on.
    provoke: async (scene, times) => {
      const { id } = ticket.parse(await scene.act('open_ticket', { account: scene.account, severity: 'severe' }));
      // HubSpot collects what happens within a moment.
      await setImmediate();
      if (times === 2) await scene.act('close_ticket', { id });
    },
  },
});
