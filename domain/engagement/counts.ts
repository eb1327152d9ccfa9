import type { EngagementKind } from '../model.ts';

/** Opens never count: mail programs load images by themselves. */
export const ENGAGING: { [Kind in EngagementKind]: boolean } = {
  clicked: true,
  replied: true,
  in_app_clicked: true,
  checkout_started: true,
  dismissed: false,
  shown: false,
  opted_out: false,
  complained: false,
  bounced: false,
};
