/**
 * Cohort sync: Mixpanel pushes the members of a cohort, whole and then by what changed, every 30 minutes.
 * https://docs.mixpanel.com/docs/cohort-sync/webhooks
 *
 * There is no signature and no time in it: what is believed is the Basic authentication of the connection. Answers of
 * 400, 401, 403 and 404 pause the sync until a person resumes it, and Mixpanel shows our words; all else it repeats.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CohortChange, IngestResult, ReceiveWebhook } from '../kit/capabilities.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { oneHolds } from '../kit/signature.ts';
import { doubtBefore, parseJson, refused, webhookSecrets } from '../kit/webhook.ts';
import type { MixpanelClient } from './client.ts';
import { cohortOf } from './manifest.ts';

/** The password is all that protects this door. */
const LEAST_PASSWORD = 16;

const text = z.union([z.string(), z.number()]).transform(String);
const member = z.looseObject({ mixpanel_distinct_id: text });
const delivery = z.object({
  action: z.enum(['members', 'add_members', 'remove_members']),
  parameters: z.object({
    mixpanel_project_id: text,
    mixpanel_cohort_id: text,
    mixpanel_cohort_name: z.string(),
    mixpanel_session_id: text.default(''),
    page_info: z.object({ total_pages: z.number().int(), page_count: z.number().int() }),
    members: z.array(member),
  }),
});
type Delivery = z.output<typeof delivery>;

const ACTIONS: Record<Delivery['action'], CohortChange['action']> = {
  members: 'replace',
  add_members: 'add',
  remove_members: 'remove',
};

export function receiveCohorts(
  dependencies: ConnectDependencies,
  { settings, accountKey }: Pick<MixpanelClient, 'settings' | 'accountKey'>,
): ReceiveWebhook {
  const { config, name } = dependencies;
  const secrets = webhookSecrets(dependencies);
  const wanted = Object.values(config.facts).flatMap((fact) => (fact.from === name ? (cohortOf(fact.read) ?? []) : []));
  return (request) => {
    const given = secrets();
    const doubt = doubtBefore(request, given, ['application/json']);
    if (doubt) return shown(doubt, null);
    const logins = given.filter(
      (one) => one.indexOf(':') > 0 && one.split(':').slice(1).join(':').length >= LEAST_PASSWORD,
    );
    if (logins.length === 0)
      return shown(
        refused(503, `the webhook secret is not user:password with ${LEAST_PASSWORD} or more characters`),
        null,
      );
    const encoded = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!oneHolds([Buffer.from(encoded, 'base64').toString('utf8')], logins))
      return shown(refused(401, 'user or password is not the one of this connection'), null);

    const parsed = delivery.safeParse(parseJson(request.rawBody.toString('utf8')));
    if (!parsed.success) return shown(refused(400, 'not a cohort sync'), null);
    const { action, parameters } = parsed.data;
    const cohort = { id: parameters.mixpanel_cohort_id, name: parameters.mixpanel_cohort_name };
    const problem =
      parameters.mixpanel_project_id !== settings.project_id
        ? `the connection is for project ${settings.project_id}`
        : wanted.some((one) => ('id' in one ? one.id === cohort.id : one.name === cohort.name))
          ? null
          : `no fact of headroom.yaml reads the cohort ${cohort.name} (${cohort.id})`;
    if (problem !== null) return shown(refused(400, problem), action);
    const members = parameters.members.map((one) => ({
      id: one.mixpanel_distinct_id,
      accounts: accountsIn(one[accountKey]),
    }));
    // Leavers are known by their id.
    if (action !== 'remove_members' && members.length > 0 && members.every(({ accounts }) => accounts.length === 0))
      return shown(refused(400, `no member has ${accountKey}: add it to the properties to export`), action);
    const { total_pages: pages, page_count: page } = parameters.page_info;
    const change = { cohort, session: parameters.mixpanel_session_id, page, pages, members };
    const event = {
      id: createHash('sha256').update(request.rawBody).digest('base64url'),
      type: 'usage.cohort',
      object: cohort.id,
      occurredAt: null,
      body: { action: ACTIONS[action], ...change },
    };
    // Each sync without news comes, too.
    const isNews = action === 'members' || members.length > 0;
    return { kind: 'accepted', events: isNews ? [event] : [], reply: json({ action, status: 'success' }) };
  };
}

/** One id, or a list where a user belongs to several accounts. */
function accountsIn(value: unknown): string[] {
  const ids = [value].flat().filter((one) => typeof one === 'string' || typeof one === 'number');
  return [...new Set(ids.map(String).filter((one) => one !== ''))];
}

/** In the form in which Mixpanel shows it to whoever set the sync up. */
function shown(refusal: Extract<IngestResult, { kind: 'refused' }>, action: Delivery['action'] | null): IngestResult {
  const error = { message: refusal.reason, code: refusal.status };
  return { ...refusal, reply: json({ action, status: 'failure', error }) };
}

function json(body: object): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify(body) };
}
