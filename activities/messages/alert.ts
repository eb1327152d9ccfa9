import type { Config } from '../../config/schema/index.ts';
import type { AlertButton, AlertInput, TaskInput } from '../../connectors/kit/capabilities.ts';
import type { Forecast, TriggerEvent } from '../../domain/model.ts';
import type { AccountView } from './account-view.ts';
import { meterView } from './account-view.ts';

const percent = (ratio: number) => `${Math.floor(ratio * 100)} %`;
const number = (n: number) => new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 }).format(n);
const money = (cents: number, currency: string) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumFractionDigits: 0 }).format(cents / 100);

export function forecastSentence(forecast: Forecast | null): string | null {
  if (forecast === null) return null;
  const { days, lowDays, highDays } = forecast;
  if (days <= 0) return 'the limit is reached';
  const spread =
    Math.round(lowDays) === Math.round(highDays) ? '' : ` (${Math.round(lowDays)} to ${Math.round(highDays)})`;
  return `about ${Math.max(1, Math.round(days))} days to the limit at this pace${spread}`;
}

/** What an account manager needs to act, in the same words for chat and CRM. */
export interface AlertWords {
  title: string;
  usage: string;
  forecast: string | null;
  facts: { label: string; value: string }[];
  why: string;
  recommendation: string;
}

const ACTION: Record<TriggerEvent['kind'], string> = {
  utilization: 'Offer a trial of the next plan',
  limit_reached: 'Call today: they are at the limit',
  velocity: 'Talk about committed pricing before the next invoice surprises them',
  decline_after_limit: 'Ask how they are: they cut back after hitting the limit. No offer now',
};

export function alertWords(config: Config, view: AccountView, event: TriggerEvent): AlertWords {
  const { account, admin, plan, next, prices } = view;
  const { currency } = config.company;
  const metric = event.metric === null ? view.productName : (config.metrics[event.metric]?.name ?? event.metric);
  const level = event.utilization === null ? number(event.used) : percent(event.utilization);
  const cutBack = event.kind === 'decline_after_limit';
  const offered =
    !cutBack && next ? `${next.name}${prices ? ` at ${money(prices.nextCents, currency)} a month` : ''}` : null;
  const facts = [
    { label: 'Account', value: `${account.name} (${account.id})` },
    {
      label: 'Contact',
      value: admin ? (admin.name ? `${admin.name}, ${admin.email}` : admin.email) : 'none known: please find one',
    },
    {
      label: 'Plan',
      value: `${view.productName} ${plan?.name ?? 'none'}${prices ? `, ${money(prices.currentCents, currency)} a month` : ''}`,
    },
    ...(account.arrCents === null ? [] : [{ label: 'ARR', value: money(account.arrCents, currency) }]),
    ...(offered === null ? [] : [{ label: 'Recommended', value: offered }]),
  ];
  return {
    title: cutBack ? `${account.name} cut back ${metric}` : `${account.name}: ${level} of ${metric}`,
    usage:
      event.limit === null
        ? `${number(event.used)} ${metric}`
        : `${number(event.used)} of ${number(event.limit)} ${metric} (${level})`,
    forecast: forecastSentence(event.forecast),
    facts,
    why: event.evidence.sentence,
    recommendation: offered === null ? ACTION[event.kind] : `${ACTION[event.kind]} (${offered})`,
  };
}

/** `start_trial` goes with the offer it would take; `on_it` with the trigger event it would claim. */
export function alertButtons(
  config: Config,
  view: AccountView,
  of: { offerId: string | null; onIt: string | null },
): AlertButton[] {
  const days = Math.round(config.trials.length / 86_400_000);
  const plan = view.next?.name ?? 'the next plan';
  const trial: AlertButton[] =
    of.offerId === null
      ? []
      : [
          {
            action: 'start_trial',
            label: `Start ${days}-day trial`,
            value: of.offerId,
            confirm: `This gives ${view.account.name} ${plan} for free until the trial ends. Nothing is charged.`,
          },
        ];
  return of.onIt === null ? trial : [...trial, { action: 'on_it', label: "I'm on it", value: of.onIt }];
}

export function chatAlert(
  config: Config,
  view: AccountView,
  event: TriggerEvent,
  delivery: { to: string; buttons: AlertButton[]; status: string | null; version: number; marker: string },
): AlertInput {
  const { title, forecast, facts, why, recommendation } = alertWords(config, view, event);
  const meters = view.meters
    .map((meter) => meterView(config, meter))
    .map(({ name, used, limit, utilization, unit }) => ({ name, used, limit, utilization, unit }));
  const first = event.metric === null ? undefined : (config.metrics[event.metric]?.name ?? event.metric);
  meters.sort((a, b) => Number(b.name === first) - Number(a.name === first));
  return { title, meters, forecast, facts, why, recommendation, ...delivery };
}

export function crmTask(
  config: Config,
  view: AccountView,
  event: TriggerEvent,
  delivery: { companyId: string; dueAt: string; trialUrl: string | null; marker: string },
): TaskInput {
  const { title, usage, forecast, facts, why, recommendation } = alertWords(config, view, event);
  const lines = [
    usage + (forecast === null ? '' : `; ${forecast}`),
    '',
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    '',
    `Why: ${why}`,
    `Recommended: ${recommendation}`,
    ...(delivery.trialUrl === null
      ? []
      : ['', `Start a trial of ${view.next?.name ?? 'the next plan'}: ${delivery.trialUrl}`]),
    '',
    `Ref: ${delivery.marker}`,
  ];
  return {
    companyId: delivery.companyId,
    contactId: null,
    ownerId: view.owner?.id ?? null,
    subject: title,
    body: lines.join('\n'),
    dueAt: delivery.dueAt,
    priority: event.kind === 'utilization' ? 'MEDIUM' : 'HIGH',
    marker: delivery.marker,
  };
}
