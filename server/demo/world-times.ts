import { z } from 'zod';
import { readNdjson } from '../../sandbox/frame/ndjson.ts';

export interface WorldTimes {
  start: string;
  end: string;
  incidents: { at: string; id: string; scope: string; state: 'open' | 'closed' }[];
}

const row = z.looseObject({ type: z.string(), receivedAt: z.string() });
const incidentRow = z.looseObject({
  type: z.literal('incident'),
  receivedAt: z.string(),
  id: z.string(),
  scope: z.string(),
  state: z.enum(['started', 'ended']),
});
const DAY_MS = 86_400_000;

/** From when to when a world goes, and the incidents in it. @param days fewer than the world has; null: all */
export async function worldTimes(world: { usage: string }, days: number | null): Promise<WorldTimes> {
  let start = '';
  let last = '';
  const incidents: WorldTimes['incidents'] = [];
  for await (const value of readNdjson(world.usage)) {
    const read = row.safeParse(value);
    if (!read.success) continue;
    const at = new Date(read.data.receivedAt).toISOString();
    start ||= at;
    last = at;
    const incident = incidentRow.safeParse(value);
    if (incident.success)
      incidents.push({
        at,
        id: incident.data.id,
        scope: incident.data.scope,
        state: incident.data.state === 'started' ? 'open' : 'closed',
      });
  }
  if (start === '') throw new Error(`${world.usage} holds no rows of a usage history`);
  const whole = new Date(Math.ceil(Date.parse(last) / DAY_MS) * DAY_MS).toISOString();
  const asked = days === null ? whole : new Date(Date.parse(start) + days * DAY_MS).toISOString();
  return { start, end: asked < whole ? asked : whole, incidents };
}
