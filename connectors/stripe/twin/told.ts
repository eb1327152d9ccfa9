import { accountOf, idOf, type StripeState } from './state.ts';
import type { WireInvoice } from './wire.ts';

/** Notes in the ledger when the hub first reads that an account owes money, and when it reads that it no longer does. */
export function overdueTold(state: StripeState): (listed: WireInvoice[], customer: string | undefined) => void {
  const told = new Map<string, WireInvoice>();
  const note = (invoice: WireInvoice, now: 'open' | 'closed') =>
    state.context.record({
      kind: 'fact_told',
      account: accountOf(state, idOf(invoice.customer)),
      id: invoice.id,
      summary: `the hub reads that invoice ${invoice.number ?? invoice.id} is ${now === 'open' ? 'overdue' : 'settled'}`,
      fact: { rule: 'overdue', id: invoice.id, state: now },
    });
  return (listed, customer) => {
    for (const invoice of listed) {
      if (told.has(invoice.id) || !invoice.attempted) continue;
      told.set(invoice.id, invoice);
      note(invoice, 'open');
    }
    for (const invoice of told.values()) {
      if (invoice.status === 'open' || (customer !== undefined && idOf(invoice.customer) !== customer)) continue;
      told.delete(invoice.id);
      note(invoice, 'closed');
    }
  };
}
