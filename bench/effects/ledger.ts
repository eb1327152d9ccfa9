import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KINDS, type Kind, keyOf } from './kinds.ts';

const entry = z.looseObject({
  kind: z.string(),
  wireAt: z.number(),
  vendor: z.string(),
  to: z.string().nullish(),
  id: z.string(),
  key: z.string().nullish(),
  summary: z.string(),
  data: z.unknown(),
});
export type Entry = z.output<typeof entry>;
const page = z.object({ entries: z.array(entry), next: z.number(), total: z.number() });

/** What the vendors' people could see, from a position on. */
export async function readLedger(control: string, from = 0): Promise<{ entries: Entry[]; next: number }> {
  const entries: Entry[] = [];
  let next = from;
  for (;;) {
    const read = page.parse(await (await fetch(`${control}/ledger?from=${next}`)).json());
    entries.push(...read.entries);
    next = read.next;
    if (read.entries.length === 0) return { entries, next };
  }
}

const KIND_OF: Record<string, Kind | undefined> = {
  mail: 'mail',
  prompt_shown: 'prompt',
  chat_message: 'alert',
  chat_update: 'alert_update',
  task_created: 'task',
  task_updated: 'task_done',
  account_tagged: 'tag',
  subscription_created: 'trial',
  subscription_ended: 'trial_end',
  subscription_changed: 'plan_change',
  event_imported: 'write_back',
};

/** What an entry is the trace of; absent: of nothing that the bench asks for. */
export const kindOf = ({ kind }: Entry): Kind | undefined => KIND_OF[kind];

/** How often each effect of these subjects is there: by `keyOf`. */
export function countSeen(entries: Entry[], subjects: string[], tenant: string): Map<string, number> {
  const wanted = new Set(subjects);
  const byVendorKey = new Map<string, string>();
  for (const subject of subjects) {
    for (const kind of KINDS) {
      const key = keyOf({ subject, kind });
      byVendorKey.set(
        createHash('sha256')
          .update(tenant + key)
          .digest('base64url'),
        subject,
      );
    }
  }
  const seen = new Map<string, number>();
  for (const one of entries) {
    const kind = kindOf(one);
    if (kind === undefined) continue;
    // A subject's word stands somewhere in all that people see; a change of plan shows our key alone.
    const words = JSON.stringify([one.summary, one.key, one.data]).match(/[a-z]+\d{6}/g) ?? [];
    const subject = byVendorKey.get(one.key ?? '') ?? words.find((word) => wanted.has(word));
    if (subject === undefined) continue;
    const key = keyOf({ subject, kind });
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}
