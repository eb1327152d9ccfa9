import { businessNow } from '../../../domain/clock.ts';
import { toSegment } from '../../kit/account-values.ts';
import type { Crm, CrmAccount } from '../../kit/capabilities.ts';
import type { ConnectDependencies } from '../../kit/connector.ts';
import type { Call } from '../../kit/operation.ts';
import { paginate } from '../../kit/paginate.ts';
import type { HubSpotClient } from '../client.ts';
import { type HubSpotSettings, manifest } from '../manifest.ts';
import { BATCH, paths } from '../paths.ts';
import { type CrmObject, objectPage } from '../schemas.ts';
import { readContacts } from './contacts.ts';
import { readObjects } from './objects.ts';
import { readOutreach } from './outreach.ts';
import { readTickets } from './tickets.ts';
import { toCents, toDay, toZone } from './values.ts';

/** Companies looked into at once: more would cost memory, fewer would cost calls of the ten seconds' quota. */
const LINKED_AT_ONCE = 500;
/** Where few of a CRM's companies are customers. */
const COMPANIES_AT_ONCE = 2_000;

/**
 * Companies with their people, tickets and outreach, some hundreds at a time. Only linked companies are looked into:
 * most CRMs hold many more prospects than customers.
 */
export function accountReads(
  client: HubSpotClient,
  { config, clock }: Pick<ConnectDependencies, 'config' | 'clock'>,
): Pick<Crm, 'readAccounts' | 'readAccountsById'> {
  const { settings } = client;
  const contactsOf = readContacts(client);
  const ticketsOf = readTickets(client);
  const outreachOf = readOutreach(client, config.company.mail_from, () => businessNow(clock, Date.now()));
  const properties = companyProperties(settings);

  async function picture(companies: CrmObject[], call: Call): Promise<CrmAccount[]> {
    const accounts = new Map<string, string>();
    for (const company of companies) {
      const account = accountOf(company, settings);
      if (account !== null) accounts.set(company.id, account);
    }
    const [contacts, tickets, outreach] = await Promise.all([
      contactsOf([...accounts.keys()], call),
      ticketsOf(accounts, call),
      outreachOf(accounts, call),
    ]);
    return companies.map((company) => ({
      externalId: company.id,
      account: accountOf(company, settings),
      profile: toProfile(company, settings),
      contacts: contacts.get(company.id) ?? [],
      tickets: tickets.get(company.id) ?? [],
      outreach: outreach.get(company.id) ?? [],
    }));
  }

  return {
    readAccounts: async function* (call) {
      const operation = 'list companies';
      const pages = paginate<CrmObject[], string>({ connector: manifest.name, operation }, async (after) => {
        const query = { limit: String(BATCH), properties: properties.join(','), archived: 'false' };
        const request = { operation, method: 'GET' as const, path: paths.objects('companies'), reply: objectPage };
        const reply = await client.read({ ...request, query: after === null ? query : { ...query, after } }, call);
        return { items: reply.results, next: reply.paging?.next?.after ?? null };
      });
      let companies: CrmObject[] = [];
      let linked = 0;
      for await (const page of pages) {
        companies.push(...page);
        linked += page.filter((company) => accountOf(company, settings) !== null).length;
        if (linked < LINKED_AT_ONCE && companies.length < COMPANIES_AT_ONCE) continue;
        yield await picture(companies, call);
        companies = [];
        linked = 0;
      }
      if (companies.length > 0) yield await picture(companies, call);
    },
    readAccountsById: async (externalIds, call) => {
      const accounts: CrmAccount[] = [];
      for await (const companies of readObjects(client, 'companies', externalIds, properties, call)) {
        accounts.push(...(await picture(companies, call)));
      }
      return accounts;
    },
  };
}

function companyProperties(settings: HubSpotSettings): string[] {
  const { account_key, segment_property, timezone_property, csm_property, arr_property, renewal_property } = settings;
  return [
    'name',
    'hubspot_owner_id',
    account_key,
    segment_property,
    timezone_property,
    csm_property,
    arr_property,
    renewal_property,
  ];
}

const accountOf = ({ properties }: CrmObject, settings: HubSpotSettings) =>
  properties[settings.account_key]?.trim() || null;

function toProfile({ id, properties }: CrmObject, settings: HubSpotSettings): CrmAccount['profile'] {
  return {
    name: properties.name || `Company ${id}`,
    segment: toSegment(properties[settings.segment_property]),
    timezone: toZone(properties[settings.timezone_property]),
    ownerId: properties.hubspot_owner_id || null,
    csmId: properties[settings.csm_property] || null,
    arrCents: toCents(properties[settings.arr_property]),
    renewalOn: toDay(properties[settings.renewal_property]),
  };
}
