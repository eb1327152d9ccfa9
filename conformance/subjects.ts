import { conformance as file } from '../connectors/file/conformance.ts';
import { conformance as hubspot } from '../connectors/hubspot/conformance.ts';
import { conformance as inApp } from '../connectors/in_app/conformance.ts';
import type { Conformance } from '../connectors/kit/conformance.ts';
import { conformance as mixpanel } from '../connectors/mixpanel/conformance.ts';
import { connectors } from '../connectors/registry.ts';
import { conformance as salesforce } from '../connectors/salesforce/conformance.ts';
import { conformance as slack } from '../connectors/slack/conformance.ts';
import { conformance as smtp } from '../connectors/smtp/conformance.ts';
import { conformance as stripe } from '../connectors/stripe/conformance.ts';
import { twins } from '../sandbox/twins.ts';
import type { Subject } from './subject.ts';

/** The samples of every connector. A new one adds a line here. */
const samples: Record<string, Conformance> = {
  file,
  hubspot,
  in_app: inApp,
  mixpanel,
  salesforce,
  slack,
  smtp,
  stripe,
};

/** Every connector of the registry is put to the test: one without samples fails the suite. */
export const subjects: Record<string, Subject> = Object.fromEntries(
  Object.entries(connectors).map(([name, connector]) => {
    const conformance = samples[name];
    if (!conformance) throw new Error(`connector ${name} has no samples: add it in conformance/subjects.ts`);
    return [name, { name, key: name, connector, twin: twins[name] ?? null, conformance, module: import.meta.url }];
  }),
);
