import { twin as makeHubspotTwin } from '../connectors/hubspot/twin/index.ts';
import { makeInAppTwin } from '../connectors/in_app/twin/index.ts';
import { makeMixpanelTwin } from '../connectors/mixpanel/twin/index.ts';
import { twin as makeSalesforceTwin } from '../connectors/salesforce/twin/index.ts';
import { makeSlackTwin } from '../connectors/slack/twin/index.ts';
import { makeSmtpTwin } from '../connectors/smtp/twin/index.ts';
import { makeStripeTwin } from '../connectors/stripe/twin/index.ts';
import type { MakeTwin } from './frame/types.ts';

/** Every vendor that the sandbox can be. A new connector's twin is one line here. */
export const twins: Record<string, MakeTwin> = {
  mixpanel: makeMixpanelTwin,
  stripe: makeStripeTwin,
  hubspot: makeHubspotTwin,
  salesforce: makeSalesforceTwin,
  slack: makeSlackTwin,
  smtp: makeSmtpTwin,
  in_app: makeInAppTwin,
};
