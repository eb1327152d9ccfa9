import type { Config } from '../../config/schema/index.ts';
import type { TrialRequest } from '../../domain/trial/types.ts';

type Requester = TrialRequest['requester'];

/**
 * Who a person is to this account: by the role an API token carries, by config's lists (`env:` references resolved),
 * or as the account's owner in the CRM. Nobody else may act.
 */
export function requesterOf(
  config: Config,
  actor: { email: string; role: 'am' | 'revops' | 'admin' | null },
  ownerEmail: string | null,
  env: (name: string) => string | undefined,
): Requester {
  const email = actor.email.toLowerCase();
  const names = (role: 'am' | 'revops' | 'admin') =>
    (config.roles?.[role] ?? []).map((name) => (name.startsWith('env:') ? env(name.slice(4)) : name)?.toLowerCase());
  const isOwner = ownerEmail !== null && ownerEmail.toLowerCase() === email;
  const listed = (['admin', 'revops', 'am'] as const).find((role) => names(role).includes(email));
  const ownersMay = config.roles?.am === undefined || names('am').includes('owner_in_crm');
  const role = actor.role ?? listed ?? (isOwner && ownersMay ? 'am' : 'other');
  return { email, role, ownsAccount: (isOwner && ownersMay) || listed === 'am' || actor.role === 'am' };
}
