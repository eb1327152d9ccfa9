import type { Json } from '../../../domain/model.ts';

/**
 * What goes wrong at the relay. `accept_then_reset`, `accept_then_timeout`, `half_reply` and `wrong_reply` deliver the
 * mail and lose or spoil the answer, `commit_late` delivers it after a while, `hang` never does.
 */
const KINDS = [
  'echo_login',
  'refuse_login',
  'refuse_recipient',
  'try_later',
  'try_later_after_data',
  'accept_then_reset',
  'accept_then_timeout',
  'half_reply',
  'wrong_reply',
  'commit_late',
  'hang',
] as const;
export type SmtpFault = (typeof KINDS)[number];

export interface SmtpFaults {
  set: (fault: { kind: SmtpFault; times: number; to: string | null }) => void;
  /** True once for each time the fault was set, for that recipient. */
  take: (kind: SmtpFault, to: string) => boolean;
  clear: () => void;
}

export function smtpFaults(): SmtpFaults {
  let waiting: { kind: SmtpFault; times: number; to: string | null }[] = [];
  return {
    set: (fault) => {
      waiting.push({ ...fault });
    },
    take: (kind, to) => {
      const hit = waiting.find((fault) => fault.kind === kind && (fault.to === null || fault.to === to));
      if (!hit) return false;
      hit.times -= 1;
      waiting = waiting.filter(({ times }) => times > 0);
      return true;
    },
    clear: () => {
      waiting = [];
    },
  };
}

/** Input: kind, times (default 1), to (default anyone). */
export function setFaultAct(faults: SmtpFaults) {
  return async (input: Record<string, Json>): Promise<Json> => {
    const kind = KINDS.find((known) => known === input.kind);
    if (!kind) throw new Error(`unknown fault ${String(input.kind)}; known: ${KINDS.join(', ')}`);
    faults.set({ kind, times: Number(input.times ?? 1), to: typeof input.to === 'string' ? input.to : null });
    return { kind };
  };
}
