import type { AccountPerson, Person } from '../model.ts';

export type AdminSource = 'crm_role' | 'billing_contact' | 'oldest_admin';

/** A person of an account, with how they stand to it. */
export type Candidate = Pick<Person, 'key' | 'hardBounced'> & Pick<AccountPerson, 'roles' | 'since'>;

/** domain/identity/primary-admin.ts: null when nobody fits: the account manager is told instead. */
export type PrimaryAdmin = (people: Candidate[], order: AdminSource[]) => { key: string; source: AdminSource } | null;
/** domain/identity/email.ts: lower case, trimmed, without a display name; null when it is no address. */
export type NormaliseEmail = (text: string) => string | null;
