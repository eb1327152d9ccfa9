import type { Json } from '../../../domain/model.ts';

export interface Button {
  actionId: string;
  value: string;
  text: string;
}

/** Everything a person reads in a message: its blocks in order, without markup. */
export function readableText(blocks: Json[]): string {
  return walk(blocks)
    .filter(({ type, text }) => (type === 'mrkdwn' || type === 'plain_text') && typeof text === 'string')
    .map(({ text }) => plain(String(text)))
    .join('\n');
}

export function buttonsOf(blocks: Json[]): Button[] {
  return walk(blocks)
    .filter(({ type }) => type === 'button')
    .map(({ action_id, value, text }) => ({
      actionId: String(action_id ?? ''),
      value: String(value ?? ''),
      text: isObject(text) ? String(text.text ?? '') : '',
    }));
}

function walk(value: Json): { [key: string]: Json }[] {
  if (Array.isArray(value)) return value.flatMap(walk);
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(walk)];
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
