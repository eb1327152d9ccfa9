import { z } from 'zod';
import type { Manifest } from '../../connector.ts';

/** What a connection needs beyond the common settings. Each with a description: they appear in the reference. */
export const settings = z.strictObject({});

export const manifest: Manifest = {
  name: 'acme',
  title: 'Acme',
  settings,
  auth: ['token'],
  // The hosts of a live connection, as the vendor documents them; nothing else can be reached.
  hosts: () => ['api.acme.example'],
  apiVersion: { name: 'v1', url: 'https://docs.acme.example' },
  // What the vendor allows: { name: 'burst', max: 100, per: '10s' }, with a link to where it says so.
  limits: [],
  needsAccountKey: false,
  // True once `connect` offers `receive`, of a webhook.ts to write. Then conformance.ts needs a `webhook` sample of a
  // delivery, which an act of the twin makes: without one every cell of `receive` fails.
  webhook: false,
};
