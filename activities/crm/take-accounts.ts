import type { Config } from '../../config/schema/index.ts';
import { type CrmAccount, type CrmContact, OUTREACH_LOOK_BACK_MS } from '../../connectors/kit/capabilities.ts';
import { addMs } from '../../domain/clock.ts';
import { normaliseEmail } from '../../domain/identity/email.ts';
import type { AccountPerson, Iso } from '../../domain/model.ts';
import {
  type Consent,
  contactSource,
  fingerprint,
  linkAccounts,
  lock,
  lockLinks,
  recordConsents,
  replaceAccountPeople,
  replaceOpenTickets,
  replaceOutreach,
  type Tx,
  touchLinks,
  upsertAccounts,
  upsertOutreach,
  upsertPeople,
} from '../../store/index.ts';

export interface TakeCrmAccounts {
  config: Config;
  connection: string;
  accounts: CrmAccount[];
  now: Iso;
  /** When they were asked for: an older picture never overwrites a newer one. */
  wireReadAt: number;
}

/**
 * Stores what the CRM says of a page of accounts: profile, people, opt-outs, tickets and our own people's contacts.
 * Accounts of our own company (by address) are marked as tests. Facts that hold a journey back, or let it go, wake it.
 */
export async function takeCrmAccounts(tx: Tx, input: TakeCrmAccounts): Promise<void> {
  const { config, connection, now } = input;
  const news = await takeLinks(tx, input);
  const linked = news.flatMap((crm) => (crm.account === null ? [] : [{ ...crm, account: crm.account }]));
  const ids = linked.map(({ account }) => account);
  const people = linked.flatMap(({ account, contacts }) => contacts.flatMap((contact) => withKey(account, contact)));
  await upsertAccounts(
    tx,
    linked.map(({ account, profile, contacts }) => ({
      id: account,
      ...profile,
      test: contacts.some((c) => isOwn(config, c)),
    })),
    now,
  );
  await upsertPeople(
    tx,
    people.map(({ key, contact }) => ({
      key,
      email: contact.email,
      name: contact.name,
      hardBounced: contact.hardBounced,
    })),
    now,
  );
  const roles = people.map(({ account, key, contact }): AccountPerson => {
    return {
      account,
      person: key,
      roles: contact.isAdmin ? ['crm_role', 'admin'] : [],
      externalId: contact.userId,
      since: contact.createdAt,
    };
  });
  await replaceAccountPeople(tx, connection, ids, roles);
  await recordConsents(
    tx,
    people.flatMap(({ key, contact }) => consentsOf(connection, key, contact, now)),
  );
  await replaceOpenTickets(
    tx,
    connection,
    ids,
    linked.flatMap(({ tickets }) => tickets),
    now,
  );
  await takeOutreach(tx, input, linked);
}

async function takeOutreach(
  tx: Tx,
  { connection, now }: TakeCrmAccounts,
  linked: (CrmAccount & { account: string })[],
): Promise<void> {
  const outreachOf = (accounts: CrmAccount[]) => accounts.flatMap(({ outreach }) => outreach);
  const whole = linked.filter(({ changedOutreachOnly }) => !changedOutreachOnly);
  await replaceOutreach(
    tx,
    connection,
    whole.map(({ account }) => account),
    outreachOf(whole),
    addMs(now, -OUTREACH_LOOK_BACK_MS),
  );
  await upsertOutreach(tx, connection, outreachOf(linked.filter((crm) => !whole.includes(crm))));
}

/**
 * Notes that these records were read. A sweep and a webhook may have read the same one: the later answer stays, whichever
 * of them gets here first.
 * @returns those that differ from what was taken in last
 */
async function takeLinks(tx: Tx, input: TakeCrmAccounts): Promise<CrmAccount[]> {
  const { config, connection, now } = input;
  // For records that have no link yet.
  await lock(tx, { accounts: input.accounts.flatMap(({ account }) => account ?? []) });
  const read = { now, wireNow: input.wireReadAt };
  // Whose address is our own is config's word: a change of it makes every picture new.
  const markOf = (crm: CrmAccount) => fingerprint([crm, config.company.own_domains]);
  const known = await lockLinks(
    tx,
    connection,
    input.accounts.map(({ externalId }) => externalId),
  );
  const accounts = input.accounts.filter((crm) => (known.get(crm.externalId)?.wireReadAt ?? 0) <= input.wireReadAt);
  const news = accounts.filter((crm) => known.get(crm.externalId)?.fingerprint !== markOf(crm));
  const same = accounts.filter((crm) => !news.includes(crm)).map(({ externalId }) => externalId);
  await touchLinks(tx, connection, same, read);
  const links = news.map((crm) => {
    const { externalId, account, profile } = crm;
    return { connection, externalId, account, label: profile.name, fingerprint: markOf(crm) };
  });
  await linkAccounts(tx, links, read);
  return news;
}

/** A contact without a usable address cannot be written to and is no person of ours. */
function withKey(account: string, contact: CrmContact): { account: string; key: string; contact: CrmContact }[] {
  const key = normaliseEmail(contact.email);
  return key === null ? [] : [{ account, key, contact }];
}

/** Each contact is a source of its own: two of them may have one address, and only one of them the opt-out. */
function consentsOf(connection: string, person: string, contact: CrmContact, at: Iso): Consent[] {
  const source = contactSource(connection, contact.externalId);
  const { optedOutOfMarketing, optedOutOfAll } = contact;
  return [
    { person, category: 'marketing', source, optedOut: optedOutOfMarketing || optedOutOfAll, at },
    { person, category: 'service', source, optedOut: optedOutOfAll, at },
  ];
}

function isOwn({ company }: Config, contact: CrmContact): boolean {
  const domain = contact.email.split('@')[1]?.toLowerCase();
  return domain !== undefined && company.own_domains.includes(domain);
}
