import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

export const settingsSchema = z.strictObject({
  path: z.string().min(1).meta({
    description: 'NDJSON, or the same packed with gzip when the name ends in .gz; relative to where the hub runs',
  }),
});

/** `metric`: the name the metric has in the file. */
export const readSchema = z.strictObject({ metric: z.string().min(1) });

export const manifest: Manifest = {
  name: 'file',
  title: 'Usage file (NDJSON)',
  settings: settingsSchema,
  auth: [],
  readSchema,
  hosts: () => [],
  apiVersion: { name: 'NDJSON, one JSON object a line', url: 'https://github.com/ndjson/ndjson-spec' },
  limits: [],
  needsAccountKey: false,
  webhook: false,
};
