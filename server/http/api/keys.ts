import { z } from 'zod';
import { knowSecret } from '../../../connectors/kit/redact.ts';
import { addKey, countSealed, dropKey, inTransaction, recordAudit, reseal } from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { HttpError, notFound } from '../errors.ts';
import type { Api } from './api.ts';

/** Payloads of one answer: each is opened and sealed anew within one transaction. */
const BATCH = 500;

const dataKey = z
  .object({
    id: z.string().describe('Fingerprint of the key'),
    madeAt: z.string().nullable().describe('ISO 8601, UTC, real time; null where it was not written down'),
    seals: z.boolean().describe('Seals what is new; the others only open'),
    stored: z.number().describe('Payloads in the store that it has sealed'),
  })
  .meta({ id: 'DataKey' });
const ring = z
  .object({
    from: z.enum(['file', 'environment']).describe('Keys from the environment are changed there'),
    items: z.array(dataKey),
    missing: z.array(z.object({ id: z.string(), stored: z.number() })).describe('Needed, and not in the ring'),
    unmarked: z.number().describe('Payloads sealed before keys had ids'),
  })
  .meta({ id: 'DataKeys' });

const SET_BY_ENVIRONMENT = new HttpError(
  409,
  'keys_from_environment',
  'The data keys come from HEADROOM_DATA_KEY, which only its owner can change.',
  'Put a new key (openssl rand -base64 32) after the others, separated by a comma, in every server and worker and start each again; then move it to the first place and start each again; then: headroom keys reseal.',
);

export function keyRoutes(api: Api, context: HttpContext): void {
  const { deps, keys } = context;

  async function view() {
    const { byKey, unmarked } = await inTransaction(deps.store, countSealed);
    const all = keys.ring.all();
    const items = all.map(({ id, madeAt }, at) => ({ id, madeAt, seals: at === 0, stored: byKey[id] ?? 0 }));
    const missing = Object.entries(byKey)
      .filter(([id]) => all.every((key) => key.id !== id))
      .map(([id, stored]) => ({ id, stored }));
    return { from: keys.ring.file === null ? ('environment' as const) : ('file' as const), items, missing, unmarked };
  }

  api.get(
    '/keys',
    {
      schema: {
        tags: ['operation'],
        summary: 'The keys that payloads are sealed with, never the keys themselves',
        response: { 200: ring },
      },
    },
    view,
  );

  api.post(
    '/keys/rotate',
    {
      schema: {
        tags: ['operation'],
        summary: 'Make a new key, which seals from now on',
        description: 'Older keys go on opening what they have sealed. POST /api/v1/keys/reseal moves the store over.',
        response: { 200: ring },
      },
    },
    async (request) => {
      if (keys.ring.file === null) throw SET_BY_ENVIRONMENT;
      const { now, ...by } = byCaller(request, context);
      const id = addKey(keys.ring.file, new Date(deps.wireNow()));
      knowSecret(keys.ring.find(id).raw.toString('base64'));
      await inTransaction(deps.store, (tx) =>
        recordAudit(tx, { ...by, at: now, action: 'key.rotated', subject: `key:${id}`, detail: null }),
      );
      await keys.rotated();
      return await view();
    },
  );

  api.post(
    '/keys/reseal',
    {
      schema: {
        tags: ['operation'],
        summary: `Seal up to ${BATCH} stored payloads with the newest key`,
        response: { 200: z.object({ resealed: z.number(), left: z.number() }) },
      },
    },
    async () =>
      await inTransaction(deps.store, async (tx) => {
        const resealed = await reseal(tx, deps.store.vault, keys.ring, BATCH);
        const { byKey, unmarked } = await countSealed(tx);
        const { [keys.ring.newest().id]: _, ...others } = byKey;
        return { resealed, left: Object.values(others).reduce((sum, n) => sum + n, unmarked) };
      }),
  );

  api.post(
    '/keys/:id/retire',
    {
      schema: {
        tags: ['operation'],
        summary: 'Delete a key that nothing uses any more',
        description: 'Refused while a stored payload, a run that Temporal keeps, or a Schedule was sealed with it.',
        params: z.object({ id: z.string() }),
        response: { 200: ring },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { items, unmarked } = await view();
      const key = items.find((one) => one.id === id);
      if (!key) throw notFound(`data key ${id}`, 'GET /api/v1/keys lists them.');
      const use = key.seals ? 'everything new' : await useOf(id, key.stored + unmarked);
      if (use !== null)
        throw new HttpError(
          409,
          'key_in_use',
          `The data key ${id} is still needed, by ${use}.`,
          key.seals
            ? 'Rotate first: POST /api/v1/keys/rotate.'
            : 'Stored payloads move with POST /api/v1/keys/reseal; runs end by themselves, and are kept as long as the retention of the Temporal namespace says.',
        );
      if (keys.ring.file === null) throw SET_BY_ENVIRONMENT;
      const { now, ...by } = byCaller(request, context);
      dropKey(keys.ring.file, id);
      await inTransaction(deps.store, (tx) =>
        recordAudit(tx, { ...by, at: now, action: 'key.retired', subject: `key:${id}`, detail: null }),
      );
      return await view();
    },
  );

  async function useOf(id: string, stored: number): Promise<string | null> {
    if (stored > 0) return `${stored} stored ${stored === 1 ? 'payload' : 'payloads'}`;
    return await keys.useInTemporal(id);
  }
}
