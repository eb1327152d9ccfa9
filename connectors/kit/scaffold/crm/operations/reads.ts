import type { Crm } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const FILE = 'connectors/acme/operations/reads.ts';

/** What guardrails and routing rest on. In bulk and in pages (kit/paginate.ts); a gap is an error, never a shorter list. */
export function crmReads(
  _client: AcmeClient,
): Pick<Crm, 'ensureProperties' | 'readAccounts' | 'readAccountsById' | 'readOwners'> {
  return {
    ensureProperties: async () =>
      notWritten(`${FILE}: \`ensureProperties\` makes the fields we write, or returns at once`),
    // biome-ignore lint/correctness/useYield: it is written next
    readAccounts: async function* () {
      notWritten(`${FILE}: \`readAccounts\` yields companies with their people, tickets and outreach`);
    },
    readAccountsById: async () =>
      notWritten(`${FILE}: \`readAccountsById\` reads the same picture of these companies, now`),
    readOwners: async () => notWritten(`${FILE}: \`readOwners\` lists our people in the CRM`),
  };
}
