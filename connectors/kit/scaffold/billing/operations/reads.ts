import type { Billing } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const FILE = 'connectors/acme/operations/reads.ts';

type Reads = Omit<Billing, 'startTrial' | 'endTrial' | 'changePlan'>;

/** The paid picture of customers: what meters, trials and attribution are measured against. */
export function billingReads(_client: AcmeClient): Reads {
  return {
    // biome-ignore lint/correctness/useYield: it is written next
    readCustomers: async function* () {
      notWritten(`${FILE}: \`readCustomers\` yields pages of customers with their paid subscriptions`);
    },
    readCustomer: async () => notWritten(`${FILE}: \`readCustomer\` reads one customer, or null`),
    readInvoice: async () => notWritten(`${FILE}: \`readInvoice\` tells whether one invoice was paid, or null`),
    readPrices: async () => notWritten(`${FILE}: \`readPrices\` finds the prices that config names`),
    previewChange: async () => notWritten(`${FILE}: \`previewChange\` asks what a change would cost now`),
    upgradeLink: async () => notWritten(`${FILE}: \`upgradeLink\` makes a page where the customer confirms`),
    entitlements: async () => notWritten(`${FILE}: \`entitlements\` lists what the customer may use now`),
  };
}
