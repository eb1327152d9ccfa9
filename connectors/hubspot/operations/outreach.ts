import { addMs } from '../../../domain/clock.ts';
import type { Iso, Outreach } from '../../../domain/model.ts';
import { OUTREACH_LOOK_BACK_MS } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import type { HubSpotClient } from '../client.ts';
import type { ObjectType } from '../paths.ts';
import type { CrmObject } from '../schemas.ts';
import { append, associated, companiesByObject, readObjects } from './objects.ts';
import { readSince } from './read-since.ts';
import { toIso } from './values.ts';

interface Activity {
  type: ObjectType;
  channel: Outreach['channel'];
  properties: string[];
  /** True where people make it long before its time: what was created lately is not all. */
  ahead?: true;
  /** True for a contact that took place, seen from our side. */
  happened: (properties: CrmObject['properties'], ourSender: string) => boolean;
}

/**
 * What an account manager logs. Tasks, ours among them, are plans and no contact.
 * Empty states: an activity that is logged by hand after the fact need not have one.
 */
const ACTIVITIES: Activity[] = [
  {
    // Both directions: a customer who rang us is in touch as well. Busy, no answer, cancelled and the like are not.
    // https://developers.hubspot.com/docs/api-reference/latest/crm/activities/calls/guide
    type: 'calls',
    channel: 'call',
    properties: ['hs_call_status'],
    happened: ({ hs_call_status: status }) => isOneOf(status, ['COMPLETED']),
  },
  {
    // EMAIL is one that our people sent; INCOMING_EMAIL came in, FORWARDED_EMAIL may be either. What headroom itself
    // sends and HubSpot logs by BCC or a connected inbox would hold back our own follow-up.
    // https://developers.hubspot.com/docs/api-reference/latest/crm/activities/emails/guide
    type: 'emails',
    channel: 'email',
    properties: ['hs_email_direction', 'hs_email_status', 'hs_email_from_email'],
    happened: ({ hs_email_direction: direction, hs_email_status: status, hs_email_from_email: from }, ourSender) =>
      direction === 'EMAIL' && isOneOf(status, ['SENT']) && from?.toLowerCase() !== ourSender,
  },
  {
    // Once its time has come, a meeting that nobody closed counts as held: few people go back to tick its outcome.
    // https://developers.hubspot.com/docs/api-reference/latest/crm/activities/meetings/guide
    type: 'meetings',
    channel: 'meeting',
    ahead: true,
    properties: ['hs_meeting_outcome'],
    happened: ({ hs_meeting_outcome: outcome }) => isOneOf(outcome, ['COMPLETED', 'SCHEDULED']),
  },
];

const isOneOf = (value: string | null | undefined, values: string[]) => !value || values.includes(value.toUpperCase());

export type ReadOutreach = (accounts: Map<string, string>, call: Call) => Promise<Map<string, Outreach[]>>;

/**
 * Calls, e-mails and meetings of the last 90 days of business time that an owner had with these companies.
 * @param mailFrom the address that our own mails come from, with or without a name
 */
export function readOutreach(client: HubSpotClient, mailFrom: string, now: () => Iso): ReadOutreach {
  const ourSender = (/<([^>]+)>/.exec(mailFrom)?.[1] ?? mailFrom).trim().toLowerCase();
  return async (accounts, call) => {
    const until = now();
    const since = addMs(until, -OUTREACH_LOOK_BACK_MS);

    const readOne = async ({ type, channel, properties, ahead, happened }: Activity): Promise<[string, Outreach][]> => {
      const found: [string, Outreach][] = [];
      const companies = companiesByObject(await associated(client, { to: type }, [...accounts.keys()], call));
      const wanted = ['hs_timestamp', 'hubspot_owner_id', ...properties];
      const batches = ahead
        ? readObjects(client, type, companies.keys(), wanted, call)
        : readSince(client, type, companies.keys(), { properties: wanted, since }, call);
      for await (const batch of batches) {
        for (const object of batch) {
          const at = toIso(object.properties.hs_timestamp);
          const by = object.properties.hubspot_owner_id;
          if (at === null || at > until || at < since || !by || !happened(object.properties, ourSender)) continue;
          for (const company of companies.get(object.id) ?? []) {
            const account = accounts.get(company);
            if (account !== undefined) found.push([company, { account, by, channel, at, externalId: object.id }]);
          }
        }
      }
      return found;
    };

    const outreach = new Map<string, Outreach[]>();
    for (const found of await Promise.all(ACTIVITIES.map(readOne)))
      for (const [company, one] of found) append(outreach, company, one);
    return outreach;
  };
}
