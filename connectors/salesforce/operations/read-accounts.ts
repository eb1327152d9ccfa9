import { addMs, businessNow } from '../../../domain/clock.ts';
import type { Iso } from '../../../domain/model.ts';
import { toSegment, toZone } from '../../kit/account-values.ts';
import type { Crm, CrmAccount } from '../../kit/capabilities.ts';
import type { ConnectDependencies } from '../../kit/connector.ts';
import type { Call } from '../../kit/operation.ts';
import { chunk, paginate } from '../../kit/paginate.ts';
import type { SalesforceClient } from '../client.ts';
import { manifest, type SalesforceSettings } from '../manifest.ts';
import type { Row } from '../schemas.ts';
import { IDS_AT_ONCE, idList, isRecordId, listOf, numberOf, query, quoted, recordId, textOf } from '../soql.ts';
import { readCases } from './cases.ts';
import { readContacts } from './contacts.ts';
import { readOutreach } from './outreach.ts';
import { type Renewal, readRenewals, toCents } from './renewals.ts';

/** One answer holds so many. */
const ACCOUNTS_A_PAGE = 2_000;
/** A record is stamped when its transaction begins to write, and is seen when it commits; clocks differ too. */
const OVERLAP_MS = 30 * 60_000;
/** However sure we are to have seen each change: once a day all of the last 90 days are read again. */
const ALL_ANEW_MS = 86_400_000;

/** A whole read that was taken in: from when its facts are, and which accounts were looked into. */
interface LastRead {
  at: Iso;
  accounts: Map<string, string>;
}

/**
 * Accounts with their people, open cases and outreach, some hundreds at a time. Only linked accounts are looked into:
 * most CRMs hold many more prospects than customers.
 */
export function accountReads(
  client: SalesforceClient,
  { config, clock }: Pick<ConnectDependencies, 'config' | 'clock'>,
): Pick<Crm, 'readAccounts' | 'readAccountsById'> {
  const { settings } = client;
  const now = () => businessNow(clock, Date.now());
  const outreachOf = readOutreach(client, config.company.mail_from, now);
  const fields = accountFields(settings).join(', ');
  let last: LastRead | null = null;
  let anew = 0;

  /** @param since what is new on accounts that were read then is enough; null: everything of the last 90 days */
  async function picture(rows: Row[], since: LastRead | null, call: Call): Promise<CrmAccount[]> {
    const accounts = new Map(rows.flatMap((row) => linkOf(row, settings)));
    const known = new Map([...accounts].filter(([id, account]) => since?.accounts.get(id) === account));
    const fresh = new Map([...accounts].filter(([id]) => !known.has(id)));
    const ids = [...accounts.keys()];
    const none = ids.length === 0;
    const [contacts, cases, renewals, changed, all] = await Promise.all([
      none ? new Map<string, never>() : readContacts(client, ids, call),
      none ? new Map<string, never>() : readCases(client, accounts, call),
      none ? new Map<string, Renewal>() : readRenewals(client, ids, call),
      since === null || known.size === 0
        ? new Map<string, never>()
        : outreachOf(known, addMs(since.at, -OVERLAP_MS), call),
      fresh.size === 0 ? new Map<string, never>() : outreachOf(fresh, null, call),
    ]);
    return rows.map((row) => {
      const id = idOf(row);
      return {
        externalId: id,
        account: accounts.get(id) ?? null,
        profile: toProfile(row, settings, renewals.get(id)),
        contacts: contacts.get(id) ?? [],
        tickets: cases.get(id) ?? [],
        outreach: changed.get(id) ?? all.get(id) ?? [],
        ...(known.has(id) ? { changedOutreachOnly: true } : {}),
      };
    });
  }

  return {
    readAccounts: async function* (call) {
      const wireStart = performance.now();
      const began = now();
      const since = wireStart - anew < ALL_ANEW_MS ? last : null;
      const seen = new Map<string, string>();
      // By the last id, and not by one locator for all: no cursor of the vendor has to stay open while the rest is read.
      const pages = paginate<Row[], string>({ connector: manifest.name, operation: 'list accounts' }, async (after) => {
        const soql = `SELECT ${fields} FROM Account${whereAll(settings, after)} ORDER BY Id LIMIT ${ACCOUNTS_A_PAGE}`;
        const items = await query(client, 'list accounts', soql, call);
        return { items, next: items.length < ACCOUNTS_A_PAGE ? null : idOf(items.at(-1)) };
      });
      for await (const page of pages) {
        for (const part of byLinked(page, settings)) {
          yield await picture(part, since, call);
          for (const row of part) for (const [id, account] of linkOf(row, settings)) seen.set(id, account);
        }
      }
      // Only here has everything been taken in: a read that broke off is no ground to stand on.
      if (since === null) anew = wireStart;
      last = { at: began, accounts: seen };
    },
    readAccountsById: async (externalIds, call) => {
      const accounts: CrmAccount[] = [];
      // What is no id of Salesforce's, such as one of the CRM before it, is no account there.
      const own = new Set(externalIds.filter(isRecordId).map(recordId));
      for (const ids of chunk([...own], IDS_AT_ONCE)) {
        const soql = `SELECT ${fields} FROM Account WHERE Id IN ${idList(ids)} ORDER BY Id`;
        accounts.push(...(await picture(await query(client, 'read accounts', soql, call), null, call)));
      }
      return accounts;
    },
  };
}

function accountFields(settings: SalesforceSettings): string[] {
  const { account_key, segment_field, timezone_field, csm_field, arr_field, renewal_field } = settings;
  const own = [account_key, segment_field, timezone_field, csm_field, arr_field, renewal_field];
  return [...new Set(['Id', 'Name', 'OwnerId', ...own.filter((one) => one !== undefined)])];
}

function whereAll({ account_types }: SalesforceSettings, after: string | null): string {
  const conditions = [
    ...(account_types === undefined ? [] : [`Type IN ${listOf(account_types)}`]),
    ...(after === null ? [] : [`Id > ${quoted(after)}`]),
  ];
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** Pieces with at most as many linked accounts as fit into one query about them. */
function byLinked(rows: Row[], settings: SalesforceSettings): Row[][] {
  const pieces: Row[][] = [[]];
  let linked = 0;
  for (const row of rows) {
    if (linked === IDS_AT_ONCE) {
      pieces.push([]);
      linked = 0;
    }
    pieces.at(-1)?.push(row);
    linked += linkOf(row, settings).length;
  }
  return pieces.filter((piece) => piece.length > 0);
}

const idOf = (row: Row | undefined): string => (row ? (textOf(row, 'Id') ?? '') : '');

/** The record and the account of ours that it is; nothing where it is not linked. */
function linkOf(row: Row, settings: SalesforceSettings): [id: string, account: string][] {
  const account = textOf(row, settings.account_key);
  return account === null ? [] : [[idOf(row), account]];
}

function toProfile(row: Row, settings: SalesforceSettings, renewal: Renewal | undefined): CrmAccount['profile'] {
  return {
    name: textOf(row, 'Name') ?? `Account ${idOf(row)}`,
    segment: toSegment(textOf(row, settings.segment_field)),
    timezone: toZone(textOf(row, settings.timezone_field)),
    ownerId: textOf(row, 'OwnerId'),
    csmId: textOf(row, settings.csm_field),
    arrCents: toCents(numberOf(row, settings.arr_field)) ?? renewal?.amountCents ?? null,
    renewalOn: textOf(row, settings.renewal_field)?.slice(0, 10) ?? renewal?.on ?? null,
  };
}
