import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

export const settings = z.strictObject({
  host: z
    .string()
    .min(1)
    .meta({ description: 'The mail relay', examples: ['smtp.sendgrid.net'] }),
  port: z.number().int().min(1).max(65_535).default(587).meta({ description: 'Of the relay' }),
  secure: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .meta({ description: 'starttls (port 587), tls (port 465), or none, which only a sandbox connection may use' }),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'expected a domain such as mail.example.com')
    .meta({ description: 'Right-hand side of Message-IDs: a domain of yours' }),
});
export type SmtpSettings = z.output<typeof settings>;

export const manifest: Manifest = {
  name: 'smtp',
  title: 'E-mail (SMTP)',
  settings,
  auth: ['user?', 'password?'],
  hosts: ({ host }) => (typeof host === 'string' ? [host] : []),
  apiVersion: { name: 'RFC 5321', url: 'https://www.rfc-editor.org/rfc/rfc5321' },
  // Relays differ; most refuse more sessions of one sender than this. A rate is the relay's own affair: it answers 4xx.
  limits: [{ name: 'sessions', max: 10, per: 'at_once' }],
  needsAccountKey: false,
  webhook: true,
  provides: ['email'],
};
