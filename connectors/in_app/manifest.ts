import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

export const settings = z.strictObject({});

/** The company's own product asks the hub for prompts: nothing is called from here, so there is no host and no secret. */
export const manifest: Manifest = {
  name: 'in_app',
  title: 'In-app prompts',
  settings,
  auth: [],
  hosts: () => [],
  apiVersion: { name: '/api/v1/prompts', url: 'https://datatracker.ietf.org/doc/html/rfc9110' },
  limits: [],
  needsAccountKey: false,
  webhook: false,
  provides: ['in_app'],
};
