/** Facts of the world, as this Stripe account comes to know them. */
import type { WorldAccount, WorldReading, WorldRow, WorldSubscription } from '../../../sandbox/frame/types.ts';
import { changeItems, createSubscription, endSubscription, renew, toPlan } from './billing.ts';
import { priceOf, quantityOf } from './catalogue.ts';
import { sendEvent } from './events.ts';
import { customerObject } from './objects.ts';
import { paidSubscription, planOf, type StripeState } from './state.ts';

/** A meter may show the old limit for up to 8 hours after a change of plan. */
const OLD_LIMIT_MS = 9 * 3_600_000;

/** Rows with the first row's time are how things stood before anyone looked: no webhooks. */
export function worldRows(state: StripeState): (row: WorldRow) => void {
  let start: string | null = null;
  return (row) => {
    start ??= row.receivedAt;
    const seed = row.receivedAt === start;
    if (row.type === 'account') applyAccount(state, row, seed);
    else if (row.type === 'subscription') applySubscription(state, row, seed);
    else if (row.type === 'reading') applyLimit(state, row);
  };
}

/** The company took the customer out of here: what goes on at the account is no longer billed. */
function isDeleted(state: StripeState, account: string): boolean {
  return state.deletedCustomers.has(state.customerOf.get(account) ?? '');
}

function applyAccount(state: StripeState, row: WorldAccount, seed: boolean): void {
  if (isDeleted(state, row.account)) return;
  const known = state.customers.get(state.customerOf.get(row.account) ?? '');
  if (!known) {
    const customer = customerObject(state, row);
    state.customers.set(customer.id, customer);
    state.customerOf.set(row.account, customer.id);
    state.cards.set(customer.id, 'ok');
  } else if (known.email !== row.admin.email || known.name !== row.name) {
    const { email, name } = known;
    known.email = row.admin.email;
    known.name = row.name;
    if (!seed) sendEvent(state, 'customer.updated', known, { email, name });
  }
}

function applySubscription(state: StripeState, row: WorldSubscription, seed: boolean): void {
  const customer = state.customerOf.get(row.account);
  if (isDeleted(state, row.account)) return;
  if (!customer) throw new Error(`a subscription of an account that is not known: ${row.account}`);
  const current = paidSubscription(state, row.account, row.product);
  const cause = seed ? 'seed' : 'world';
  if (!current || current.status === 'canceled') {
    if (row.plan === null) return;
    const input = {
      customer,
      items: [{ price: priceOf(state, row.product, row.plan), quantity: quantityOf(state, row.product, row.plan) }],
      period: periodOf(row),
      trialEnd: null,
      cancelAtPeriodEnd: false,
      missingPaymentMethod: 'create_invoice' as const,
      metadata: {},
    };
    createSubscription(state, input, { cause });
    return;
  }
  if (row.plan === null) {
    endSubscription(state, current, cause);
    return;
  }
  if (planOf(state, current)?.plan !== row.plan) {
    const name = { product: row.product, plan: row.plan };
    const changes = toPlan(state, current, priceOf(state, row.product, row.plan), name);
    changeItems(state, current, changes, {
      cause,
      at: state.seconds(),
      proration: 'always_invoice',
      payment: 'allow_incomplete',
    });
  }
  const period = periodOf(row);
  const [item] = current.items.data;
  if (item?.current_period_start !== period.start || item.current_period_end !== period.end)
    renew(state, current, period);
}

function periodOf(row: WorldSubscription): { start: number; end: number } {
  return { start: Date.parse(row.periodStart) / 1_000, end: Date.parse(row.periodEnd) / 1_000 };
}

/** A meter's limit that is not the plan's is the contract's: the company writes it onto the subscription. */
function applyLimit(state: StripeState, row: WorldReading): void {
  const subscription = paidSubscription(state, row.account, row.product);
  const name = subscription && planOf(state, subscription);
  if (!subscription || !name || row.limit === null) return;
  const observed = Date.parse(row.observedAt);
  const changed = state.changedAt.get(subscription.id) ?? Number.NEGATIVE_INFINITY;
  // Late deliveries speak of an earlier plan; a time in the future is a broken clock.
  if (observed < changed + OLD_LIMIT_MS || observed > Date.parse(row.receivedAt)) return;
  const listed = state.context.directory.catalogue[name.product]?.[name.plan]?.limits[row.metric];
  const key = `limit_${row.metric}`;
  const wanted = listed === row.limit ? undefined : String(row.limit);
  const before = subscription.metadata[key];
  if (before === wanted) return;
  if (wanted === undefined) delete subscription.metadata[key];
  else subscription.metadata[key] = wanted;
  sendEvent(state, 'customer.subscription.updated', subscription, { metadata: { [key]: before ?? null } });
}
