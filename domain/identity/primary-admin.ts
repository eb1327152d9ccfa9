import type { AdminSource, Candidate, PrimaryAdmin } from './types.ts';

const ROLE: { [Source in AdminSource]: Candidate['roles'][number] } = {
  crm_role: 'crm_role',
  billing_contact: 'billing_contact',
  oldest_admin: 'admin',
};

/**
 * The person whom messages of an account go to: the first source in the configured order that names someone who can be
 * reached. Of several the one who has been there longest; the key decides a tie, so that it never changes by chance.
 */
export const primaryAdmin: PrimaryAdmin = (people, order) => {
  const reachable = people.filter((person) => !person.hardBounced);
  for (const source of order) {
    const found = reachable.filter((person) => person.roles.includes(ROLE[source])).sort(byAge)[0];
    if (found !== undefined) return { key: found.key, source };
  }
  return null;
};

/** Who is not known to have come at some time comes last. */
function byAge(a: Candidate, b: Candidate): number {
  if (a.since !== b.since) {
    if (a.since === null) return 1;
    if (b.since === null) return -1;
    return a.since < b.since ? -1 : 1;
  }
  return a.key < b.key ? -1 : 1;
}
