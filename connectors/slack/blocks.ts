import type { ActionsBlock, ContextBlock, HeaderBlock, KnownBlock, SectionBlock } from '@slack/types';
import type { Json } from '../../domain/model.ts';
import type { AlertButton, AlertInput } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { chunk } from '../kit/paginate.ts';
import { mrkdwn, truncate, usageBar, usageWords } from './text.ts';

/** What Slack takes; longer is refused as invalid_blocks. https://docs.slack.dev/reference/block-kit/blocks */
const MAX = {
  header: 150,
  section: 3000,
  field: 2000,
  fieldsPerSection: 10,
  fields: 20,
  meters: 8,
  buttonText: 75,
  buttonValue: 2000,
  confirmTitle: 100,
  confirmText: 300,
  fallback: 3000,
};

export type AlertMessage = { text: string; blocks: Json[] };

/** The whole alert: each update sends it again, since chat.update replaces every block. */
export function alertMessage(input: AlertInput): AlertMessage {
  const blocks = [
    {
      type: 'header',
      text: { type: 'plain_text', text: truncate(input.title, MAX.header), emoji: true },
    } satisfies HeaderBlock,
    ...input.meters
      .slice(0, MAX.meters)
      .map((meter, index) => section(meterText(meter, index === 0 ? input.forecast : null))),
    ...chunk(input.facts.slice(0, MAX.fields), MAX.fieldsPerSection).map(fields),
    ...paragraph('Why', input.why),
    ...paragraph('Recommended action', input.recommendation),
    ...(input.status ? [context(input.status)] : []),
    ...(input.buttons.length > 0 ? [buttons(input.buttons)] : []),
  ];
  return { text: mrkdwn(fallbackText(input), MAX.fallback), blocks };
}

function meterText(meter: AlertInput['meters'][number], forecast: string | null): string {
  const words = [usageWords(meter), ...(forecast ? [forecast] : [])].join(' · ');
  const bar = meter.utilization === null ? '' : `${usageBar(meter.utilization)} `;
  return `*${mrkdwn(meter.name, 200)}*\n${bar}${mrkdwn(words, 2_000)}`;
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text } } satisfies SectionBlock;
}

function paragraph(label: string, text: string) {
  return text.trim() === '' ? [] : [section(`*${label}*\n${mrkdwn(text, MAX.section - 100)}`)];
}

function fields(facts: AlertInput['facts']) {
  return {
    type: 'section',
    fields: facts.map(({ label, value }) => ({
      type: 'mrkdwn' as const,
      text: `*${mrkdwn(label, 100)}*\n${mrkdwn(value, MAX.field - 200) || '–'}`,
    })),
  } satisfies SectionBlock;
}

function context(text: string) {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: mrkdwn(text, MAX.field) }] } satisfies ContextBlock;
}

function buttons(list: AlertButton[]) {
  return { type: 'actions', block_id: 'headroom_actions', elements: list.map(button) } satisfies ActionsBlock &
    KnownBlock;
}

function button({ action, label, value, confirm }: AlertButton) {
  if (value.length > MAX.buttonValue) {
    throw new InvalidInputError(`the value of the button "${label}" is longer than ${MAX.buttonValue} characters`, {
      connector: 'slack',
      operation: 'post_alert',
    });
  }
  return {
    type: 'button' as const,
    action_id: action,
    text: { type: 'plain_text' as const, text: truncate(label, MAX.buttonText), emoji: true },
    value,
    ...(action === 'start_trial' ? { style: 'primary' as const } : {}),
    ...(confirm === undefined ? {} : { confirm: confirmation(label, confirm) }),
  };
}

function confirmation(label: string, text: string) {
  return {
    title: { type: 'plain_text' as const, text: truncate(label, MAX.confirmTitle) },
    text: { type: 'plain_text' as const, text: truncate(text, MAX.confirmText) },
    confirm: { type: 'plain_text' as const, text: 'Yes' },
    deny: { type: 'plain_text' as const, text: 'Not now' },
  };
}

/** What notifications and screen readers get instead of the blocks. */
function fallbackText({ title, meters, forecast, status }: AlertInput): string {
  const usage = meters.slice(0, 1).map((meter) => `${meter.name}: ${usageWords(meter)}`);
  return [title, ...usage, ...(forecast ? [forecast] : []), ...(status ? [status] : [])].join(' · ');
}
