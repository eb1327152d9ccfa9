import { file } from './file/index.ts';
import { hubspot } from './hubspot/index.ts';
import { inApp } from './in_app/index.ts';
import type { Connector } from './kit/connector.ts';
import { mixpanel } from './mixpanel/index.ts';
import { salesforce } from './salesforce/index.ts';
import { slack } from './slack/index.ts';
import { smtp } from './smtp/index.ts';
import { stripe } from './stripe/index.ts';

/** Every connector that config may name. A new one adds a line here. */
export const connectors: Record<string, Connector> = {
  file,
  hubspot,
  in_app: inApp,
  mixpanel,
  salesforce,
  slack,
  smtp,
  stripe,
};
