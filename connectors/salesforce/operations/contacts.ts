import type { CrmContact } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceSettings } from '../manifest.ts';
import type { Row } from '../schemas.ts';
import { idList, isoOf, isTrue, query, textOf } from '../soql.ts';
import { byAccount } from './rows.ts';

const FIELDS = ['Id', 'AccountId', 'Email', 'Name', 'HasOptedOutOfEmail', 'IsEmailBounced', 'CreatedDate'];

/**
 * Contacts with their opt-outs. Email Opt Out (HasOptedOutOfEmail) keeps Salesforce itself from mass mail only, so that
 * it stops marketing mail; "nothing at all" is a field of the org's own. One that may not be read fails the whole read:
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm
 */
export async function readContacts(
  client: SalesforceClient,
  accountIds: string[],
  call: Call,
): Promise<Map<string, CrmContact[]>> {
  const { settings } = client;
  const own = [settings.admin_field, settings.user_id_field, settings.no_contact_field].filter(
    (one) => one !== undefined,
  );
  const soql = `SELECT ${[...new Set([...FIELDS, ...own])].join(', ')} FROM Contact WHERE AccountId IN ${idList(accountIds)} AND Email != null ORDER BY Id`;
  return byAccount(await query(client, 'read contacts', soql, call), (row) => toContact(row, settings));
}

/** Null for one without an address: nothing of ours could reach them. */
function toContact(row: Row, settings: SalesforceSettings): CrmContact | null {
  const email = textOf(row, 'Email');
  if (email === null) return null;
  // A multi-select picklist holds its values with semicolons between them.
  const roles = (textOf(row, settings.admin_field) ?? '').split(';').map((role) => role.trim().toLowerCase());
  const noContact = isTrue(row, settings.no_contact_field);
  return {
    externalId: textOf(row, 'Id') ?? '',
    email,
    name: textOf(row, 'Name'),
    isAdmin: roles.includes(settings.admin_value.toLowerCase()),
    userId: textOf(row, settings.user_id_field),
    optedOutOfMarketing: noContact || isTrue(row, 'HasOptedOutOfEmail'),
    optedOutOfAll: noContact,
    hardBounced: isTrue(row, 'IsEmailBounced'),
    createdAt: isoOf(row, 'CreatedDate'),
  };
}
