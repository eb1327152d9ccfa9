import type { LoadedConfig } from '../../config/load.ts';
import type { MessageContext } from '../../config/render/context.ts';
import { renderFeatureLine, renderMessage } from '../../config/render/render.ts';
import { companyView } from '../../config/render/views.ts';
import type { Channel } from '../../config/schema/index.ts';
import { findTemplate } from '../../config/templates.ts';
import type { MessageInput } from '../../connectors/kit/capabilities.ts';
import type { Forecast, Iso } from '../../domain/model.ts';
import type { Meter } from '../../domain/usage/types.ts';
import type { NewLink } from '../../store/index.ts';
import { type AccountView, meterView } from './account-view.ts';
import { linkMaker } from './links.ts';

export interface MessageRequest {
  loaded: LoadedConfig;
  view: AccountView;
  template: string;
  channel: Channel;
  effectKey: string;
  /** The meter that the message is about. */
  meter: Meter | null;
  forecast: Forecast | null;
  why: string;
  offer: MessageContext['offer'];
  publicUrl: string;
  now: Iso;
}

/** The whole message with the account's own numbers, and the links in it; a reason when there is nothing to send. */
export function renderFor(request: MessageRequest): { input: MessageInput; links: NewLink[] } | { skip: string } {
  const { loaded, view, effectKey, now } = request;
  const { config } = loaded;
  const { admin, plan, subscription } = view;
  if (!plan || !subscription) return { skip: `${view.account.id} pays for no plan of ${view.product}` };
  if (!admin) return { skip: `${view.account.id} has no known admin` };
  if (request.channel === 'in_app' && admin.externalId === null)
    return { skip: `${admin.key} is not known in the product` };
  const template = findTemplate(loaded.templates, { name: request.template, channel: request.channel, plan: plan.key });
  if (!template) return { skip: `there is no template ${request.template} for ${request.channel} on ${plan.key}` };
  const links = linkMaker({
    publicUrl: request.publicUrl,
    account: view.account.id,
    person: admin.key,
    effectKey,
    now,
  });
  const target =
    view.next && view.prices ? { subscriptionId: subscription.id, product: view.product, plan: view.next.key } : null;
  const upgradeUrl = target && links.make('upgrade', target);
  const unsubscribeUrl =
    request.channel === 'email' ? links.make('unsubscribe', { category: template.category }) : null;

  const base: Omit<MessageContext, 'features'> = {
    account: {
      id: view.account.id,
      name: view.account.name,
      segment: view.account.segment,
      timezone: view.account.timezone ?? config.company.timezone,
      arr: view.account.arrCents === null ? null : view.account.arrCents / 100,
    },
    person: { name: admin.name, first_name: admin.name?.split(' ')[0] ?? null, email: admin.email },
    company: companyView(config),
    product: { key: view.product, name: view.productName },
    plan,
    next_plan: view.next,
    meter: request.meter && meterView(config, request.meter),
    meters: view.meters.map((meter) => meterView(config, meter)),
    social_proof: view.socialProof,
    price: view.prices && {
      current_monthly: view.prices.currentCents,
      next_monthly: view.prices.nextCents,
      difference: view.prices.nextCents - view.prices.currentCents,
    },
    facts: Object.fromEntries(Object.keys(config.facts).map((fact) => [fact, view.account.facts[fact] ?? null])),
    forecast: request.forecast && {
      days: request.forecast.days,
      low_days: request.forecast.lowDays,
      high_days: request.forecast.highDays,
    },
    offer: request.offer,
    why: request.why,
    link: upgradeUrl === null ? null : { url: upgradeUrl },
    unsubscribe_url: unsubscribeUrl,
  };
  const features = view.features.flatMap(({ key, name, line }) => {
    const sentence = renderFeatureLine(line, base);
    return sentence === null ? [] : [{ key, name, line: sentence }];
  });
  const message = renderMessage(template, { ...base, features });
  const input: MessageInput = {
    effectKey,
    account: view.account.id,
    to: { email: admin.email, name: admin.name, userId: admin.externalId },
    from: config.company.mail_from,
    subject: message.subject,
    html: message.html,
    text: message.text,
    link: upgradeUrl !== null && message.linkLabel !== null ? { label: message.linkLabel, url: upgradeUrl } : null,
    unsubscribeUrl: message.category === 'marketing' ? unsubscribeUrl : null,
    category: message.category,
    expiresAt: null,
  };
  return { input, links: links.made };
}
