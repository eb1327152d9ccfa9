import { KINDS, type Kind, keyOf } from './kinds.ts';
import type { SubjectOutcome } from './load.ts';

/** Saying the same again changes nothing there that anybody could see. */
const HARMLESS_AGAIN = new Set<Kind>(['alert_update', 'task_done', 'tag']);

export interface KindVerdict {
  kind: Kind;
  /** Effects that were asked for. */
  asked: number;
  /** Those that somebody can see at the vendor. */
  seen: number;
  duplicates: number;
  missing: number;
  /** The same value set a second time: allowed, and shown. */
  repeated: number;
  unclearBefore: number;
  unclearAfter: number;
}

export interface Judged {
  kinds: KindVerdict[];
  /** One line each, for a person. */
  problems: string[];
}

/**
 * Compares what was asked for with what the vendors' ledgers show. Only about mail may nobody know, and only where
 * the hub says so itself.
 */
export function judge(
  outcomes: SubjectOutcome[],
  seen: Map<string, number>,
  unclear: { before: Set<string>; after: Set<string> },
): Judged {
  const problems: string[] = [];
  const kinds = KINDS.map((kind): KindVerdict => {
    const verdict: KindVerdict = {
      kind,
      asked: 0,
      seen: 0,
      duplicates: 0,
      missing: 0,
      repeated: 0,
      unclearBefore: 0,
      unclearAfter: 0,
    };
    for (const { subject, outcome } of outcomes) {
      const ended = outcome[kind];
      if (!ended || ended.kind === 'skipped') continue;
      const key = keyOf({ subject, kind });
      const times = seen.get(key) ?? 0;
      const doubt = unclear.after.has(key);
      verdict.asked += 1;
      if (times > 0) verdict.seen += 1;
      if (unclear.before.has(key)) verdict.unclearBefore += 1;
      if (doubt) verdict.unclearAfter += 1;
      if (times > 1 && HARMLESS_AGAIN.has(kind)) verdict.repeated += times - 1;
      else if (times > 1) {
        verdict.duplicates += times - 1;
        problems.push(`${kind} of ${subject} is there ${times} times`);
      }
      if (times === 0 && !(kind === 'mail' && doubt)) {
        verdict.missing += 1;
        problems.push(
          `${kind} of ${subject} is nowhere; it ended as ${ended.kind}${ended.reason ? `: ${ended.reason}` : ''}`,
        );
      }
    }
    return verdict;
  });
  return { kinds: kinds.filter(({ asked }) => asked > 0), problems };
}
