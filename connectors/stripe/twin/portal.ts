/** The billing portal's confirm page: https://docs.stripe.com/customer-management/portal-deep-links */
import type { FastifyInstance } from 'fastify';
import { changeItems } from './billing.ts';
import { draftInvoice } from './invoice-objects.ts';
import { amountOf, prorationLines } from './invoices.ts';
import { StripeProblem } from './problem.ts';
import { accountOf, idOf, planOf, type StripeState } from './state.ts';
import type { WireSession } from './wire.ts';

/** Sessions are short-lived; half an hour of the wire clock here. */
const LIFETIME_MS = 30 * 60_000;
const openedAt = new WeakMap<WireSession, number>();
const done = new WeakSet<WireSession>();

export function rememberSession(state: StripeState, session: WireSession): void {
  state.sessions.set(session.id, session);
  openedAt.set(session, Date.now());
}

export function sessionOfUrl(state: StripeState, url: string): WireSession {
  return usable(state, new URL(url).pathname.split('/')[3] ?? '');
}

/** Applies what the page shows, once. The subscription's id. */
export function confirmSession(state: StripeState, session: WireSession): string {
  const { subscription, changes } = planned(state, session);
  if (done.has(session)) return subscription.id;
  const customer = idOf(session.customer);
  state.context.record({
    kind: 'act',
    act: 'confirm_portal',
    account: accountOf(state, customer),
    product: planOf(state, subscription)?.product ?? null,
    id: session.id,
    summary: 'the customer confirms the change on the billing page',
  });
  changeItems(state, subscription, changes, {
    cause: 'customer',
    at: state.seconds(),
    proration: 'always_invoice',
    payment: 'error_if_incomplete',
  });
  done.add(session);
  return subscription.id;
}

export function portalPages(server: FastifyInstance, state: StripeState): void {
  server.get<{ Params: { id: string } }>('/p/session/:id', async (request, reply) => {
    const session = usable(state, request.params.id);
    const { subscription, changes } = planned(state, session);
    const due = draftInvoice(
      state,
      subscription,
      'upcoming',
      prorationLines(state, subscription, changes, state.seconds()),
    );
    const rows = changes.map(({ price, quantity }) => {
      const name = state.products.get(idOf(price.product))?.name ?? price.id;
      return `<p>${escapeHtml(name)}: ${money(amountOf(price, quantity))} a month</p>`;
    });
    return reply.type('text/html; charset=utf-8').send(
      page(
        `${rows.join('')}<p><b>Due today: ${money(due.amount_due)}</b></p>
<form method="post" action="/p/session/${escapeHtml(session.id)}/confirm"><button>Confirm</button></form>
<p><a href="${escapeHtml(session.return_url ?? '#')}">Back</a></p>`,
      ),
    );
  });
  server.post<{ Params: { id: string } }>('/p/session/:id/confirm', async (request, reply) => {
    const session = usable(state, request.params.id);
    confirmSession(state, session);
    const target = session.flow?.after_completion.redirect?.return_url ?? session.return_url;
    if (target) return reply.redirect(target, 303);
    return reply.type('text/html; charset=utf-8').send(page('<p>Thank you. Your plan has changed.</p>'));
  });
}

function planned(state: StripeState, session: WireSession) {
  const flow = session.flow?.subscription_update_confirm;
  const subscription = state.subscriptions.get(flow?.subscription ?? '');
  if (!flow || !subscription || subscription.status === 'canceled') throw gone('This subscription cannot be changed.');
  const changes = flow.items.flatMap((item) => {
    const price = state.prices.get(item.price ?? '');
    return price ? [{ itemId: item.id ?? '', price, quantity: item.quantity ?? 1 }] : [];
  });
  return { subscription, changes };
}

function usable(state: StripeState, id: string): WireSession {
  const session = state.sessions.get(id);
  if (!session || Date.now() - (openedAt.get(session) ?? 0) > LIFETIME_MS) throw gone('This link has expired.');
  return session;
}

function gone(message: string): StripeProblem {
  return new StripeProblem(404, { type: 'invalid_request_error', message });
}

function money(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Confirm your change</title></head><body style="font-family:sans-serif;max-width:30rem;margin:2rem auto">
<h1>Confirm your change</h1>${body}</body></html>`;
}
