import type { Category, Channel } from '../model.ts';

/** A template's category: what it says of itself, else service for messages in the product and marketing for mail. */
export function categoryOf(channel: Channel, declared: Category | undefined): Category {
  return declared ?? (channel === 'in_app' ? 'service' : 'marketing');
}
