/** Cohort sync by webhook, as https://docs.mixpanel.com/docs/cohort-sync/webhooks has it: whole first, then what changed. */
import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { Twin, TwinContext } from '../../../sandbox/frame/types.ts';
import { PROJECT } from './project.ts';

/** Where the connection of the integration points; `MIXPANEL_WEBHOOK_PATH` overrides it. */
const PATH = '/webhooks/product_usage';
const PER_CALL = 1_000;
/** Five tries within a minute; then the next sync computes the difference anew. */
const RETRY = { attempts: 5, firstWaitMs: 2_000 };

type Members = Map<string, { [key: string]: Json }>;
type Answer = { status: number; body: string } | null;

export function cohortActs(context: TwinContext): Twin['acts'] {
  /** What the hub has taken, by cohort. */
  const snapshots = new Map<string, Members>();

  return {
    /**
     * A sync of the cohort as it is now. Input: id, name, users ([{ id, account, email? }]), full (the snapshot expired),
     * perCall. Answers what the hub said to the last call.
     */
    sync_cohort: async ({ id, name, users, full = false, perCall = PER_CALL }) => {
      const now: Members = new Map(
        listOf(users).map((user) => [
          String(user.id),
          {
            mixpanel_distinct_id: user.id ?? null,
            email: user.email ?? `${String(user.id)}@customer.example`,
            first_name: '',
            last_name: '',
            [PROJECT.groupKey]: user.account ?? null,
          },
        ]),
      );
      const cohort = { id: String(id), name: String(name) };
      const before = full ? undefined : snapshots.get(cohort.id);
      const syncs: [string, { [key: string]: Json }[]][] =
        before === undefined
          ? [['members', [...now.values()]]]
          : [
              ['add_members', without(now, before)],
              ['remove_members', without(before, now)],
            ];
      let answer: Answer = null;
      for (const [action, members] of syncs) {
        answer = await send(action, cohort, members, Number(perCall));
        // The snapshot stays: the next sync starts from the top.
        if (answer === null || answer.status >= 300) return answer;
      }
      snapshots.set(cohort.id, now);
      return answer;
    },
  };

  async function send(
    action: string,
    cohort: { id: string; name: string },
    members: { [key: string]: Json }[],
    perCall: number,
  ): Promise<Answer> {
    const session = randomUUID();
    const pages = Math.max(1, Math.ceil(members.length / perCall));
    let answer: Answer = null;
    for (let page = 1; page <= pages; page++) {
      const parameters = {
        mixpanel_project_id: PROJECT.id,
        mixpanel_cohort_id: cohort.id,
        mixpanel_cohort_name: cohort.name,
        mixpanel_cohort_description: '',
        mixpanel_session_id: session,
        page_info: { total_pages: pages, page_count: page },
        members: members.slice((page - 1) * perCall, page * perCall),
      };
      const login = Buffer.from(context.secrets.MIXPANEL_WEBHOOK_LOGIN ?? '').toString('base64');
      answer = await context.deliver({
        path: context.secrets.MIXPANEL_WEBHOOK_PATH ?? PATH,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${login}` },
        body: JSON.stringify({ action, parameters }),
        retry: RETRY,
      });
      if (answer === null || answer.status >= 300) return answer;
    }
    return answer;
  }
}

function without(members: Members, others: Members): { [key: string]: Json }[] {
  return [...members].filter(([id]) => !others.has(id)).map(([, member]) => member);
}

function listOf(users: Json | undefined): { [key: string]: Json }[] {
  if (!Array.isArray(users)) throw new Error('users must be a list of { id, account }');
  return users.map((user) => {
    if (typeof user !== 'object' || user === null || Array.isArray(user))
      throw new Error('each user is { id, account }');
    return user;
  });
}
