import { randomBytes } from 'node:crypto';

const LIFETIME_MS = 3_000;

/** trigger_ids: each opens one modal, within 3 s of the click. */
export interface Triggers {
  issue: (wireNow: number) => string;
  /** Null when it may be used, else Slack's refusal. */
  use: (id: string, wireNow: number) => 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' | null;
}

export function makeTriggers(): Triggers {
  const issued = new Map<string, { at: number; used: boolean }>();
  return {
    issue: (wireNow) => {
      const id = `${wireNow}.${randomBytes(8).toString('hex')}`;
      issued.set(id, { at: wireNow, used: false });
      return id;
    },
    use: (id, wireNow) => {
      const trigger = issued.get(id);
      if (!trigger) return 'invalid_trigger_id';
      if (trigger.used) return 'exchanged_trigger_id';
      if (wireNow - trigger.at > LIFETIME_MS) return 'expired_trigger_id';
      trigger.used = true;
      return null;
    },
  };
}
