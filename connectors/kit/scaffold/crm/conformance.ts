/** How the conformance suite tries Acme: the twin's accounts have the ids of the world's companies. */
import type { Json } from '../../../../domain/model.ts';
import type { TaskInput } from '../../capabilities.ts';
import { allOf, defineConformance, doWrite, offered, type Scene } from '../../conformance.ts';

const task = (scene: Scene): TaskInput => ({
  companyId: scene.account,
  contactId: null,
  ownerId: null,
  subject: 'Call them about seats',
  body: 'Used 9 of 10 seats.',
  dueAt: scene.now,
  priority: 'HIGH',
  marker: scene.id,
});
/** As it would be stored. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));

export const conformance = defineConformance({
  connection: { auth: { token: 'env:ACME_TOKEN' } },
  writes: [
    {
      operation: 'crm.createTask',
      request: { method: 'POST', path: '^/v1/tasks$' },
      input: async (scene) => task(scene),
      isEffect: ({ kind, key }, { marker }) => kind === 'task_created' && key === marker,
    },
    {
      operation: 'crm.completeTask',
      request: { method: 'PATCH', path: '^/v1/tasks/' },
      input: async (scene) => {
        const { taskId } = await doWrite(offered(scene.capabilities.crm).createTask, task(scene), scene);
        return { taskId, note: 'The customer upgraded.' };
      },
      isEffect: ({ kind, id }, { taskId }) => kind === 'task_updated' && id === taskId,
    },
    {
      operation: 'crm.tagAccount',
      request: { method: 'PATCH', path: '^/v1/accounts/' },
      input: async (scene) => ({ companyId: scene.account, fields: { qbr_tag: scene.id } }),
      isEffect: ({ kind, id }, { companyId }) => kind === 'account_tagged' && id === companyId,
    },
  ],
  reads: [
    {
      name: 'crm.readAccounts',
      request: { method: 'GET', path: '^/v1/accounts$' },
      pages: 120,
      needs: 'id',
      read: async (scene) => json(await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()))),
    },
    {
      name: 'crm.readOwners',
      request: { method: 'GET', path: '^/v1/owners$' },
      needs: 'items',
      read: async (scene) => json(await offered(scene.capabilities.crm).readOwners(scene.call())),
    },
  ],
});
