import type { CrmContact } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import type { HubSpotClient } from '../client.ts';
import type { HubSpotSettings } from '../manifest.ts';
import { paths } from '../paths.ts';
import { type CrmObject, propertyList } from '../schemas.ts';
import { hourly } from './hourly.ts';
import { append, associated, companiesByObject, readObjects } from './objects.ts';

/** "Unsubscribed from all email". */
const OPT_OUT_OF_ALL = 'hs_email_optout';
/** "Opted out of email: <type>", one property for each subscription type of the portal, named by the type's id. */
const OPT_OUT_OF_TYPE = /^hs_email_optout_\d+$/;
/** Set when mail to the contact bounced for good. */
const HARD_BOUNCE = 'hs_email_hard_bounce_reason_enum';

export type ReadContacts = (companyIds: string[], call: Call) => Promise<Map<string, CrmContact[]>>;

/**
 * Contacts of companies, with their opt-outs as HubSpot keeps them on the contact
 * (https://knowledge.hubspot.com/properties/hubspots-default-contact-properties). The batch endpoints of subscription
 * preferences say the same, but only to Marketing Hub Enterprise
 * (https://developers.hubspot.com/docs/api-reference/2026-03/communication-preferences/guide).
 */
export function readContacts(client: HubSpotClient): ReadContacts {
  const { settings } = client;
  const optOuts = hourly((call) => marketingOptOuts(client, call));
  return async (companyIds, call) => {
    const companies = companiesByObject(await associated(client, { to: 'contacts' }, companyIds, call));
    const contacts = new Map<string, CrmContact[]>();
    if (companies.size === 0) return contacts;
    const marketing = await optOuts(call);
    const own = [settings.user_id_property, settings.admin_property];
    const properties = ['email', 'firstname', 'lastname', OPT_OUT_OF_ALL, HARD_BOUNCE, ...own, ...marketing];
    for await (const batch of readObjects(client, 'contacts', companies.keys(), properties, call)) {
      for (const object of batch) {
        const contact = toContact(object, settings, marketing);
        if (contact === null) continue;
        for (const id of companies.get(object.id) ?? []) append(contacts, id, contact);
      }
    }
    return contacts;
  };
}

/** Null for one without an address: nothing of ours could reach them. */
function toContact(
  { id, properties, createdAt }: CrmObject,
  settings: HubSpotSettings,
  marketing: string[],
): CrmContact | null {
  const email = properties.email?.trim();
  if (!email) return null;
  // A property of type "multiple checkboxes", such as hs_buying_role, holds its values with semicolons between them.
  const roles = (properties[settings.admin_property] ?? '').split(';').map((role) => role.trim().toLowerCase());
  return {
    externalId: id,
    email,
    name: [properties.firstname, properties.lastname].filter(Boolean).join(' ') || null,
    isAdmin: roles.includes(settings.admin_value.toLowerCase()),
    userId: properties[settings.user_id_property] || null,
    optedOutOfMarketing: marketing.some((name) => isTrue(properties[name])),
    optedOutOfAll: isTrue(properties[OPT_OUT_OF_ALL]),
    hardBounced: Boolean(properties[HARD_BOUNCE]),
    createdAt: createdAt ?? null,
  };
}

const isTrue = (value: string | null | undefined) => value?.toLowerCase() === 'true';

/** A property that names a type does not say what the type is for: without a choice, each of them counts. */
async function marketingOptOuts(client: HubSpotClient, call: Call): Promise<string[]> {
  const chosen = client.settings.marketing_subscriptions;
  if (chosen) return chosen.map((id) => `${OPT_OUT_OF_ALL}_${id}`);
  const { results } = await client.read(
    { operation: 'read opt-out properties', method: 'GET', path: paths.properties('contacts'), reply: propertyList },
    call,
  );
  return results.map(({ name }) => name).filter((name) => OPT_OUT_OF_TYPE.test(name));
}
