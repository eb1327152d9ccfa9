import { z } from 'zod';

/** Unknown means marketing: the stricter rules apply unless somebody says otherwise. */
const category = z
  .enum(['service', 'marketing'])
  .default('marketing')
  .describe('`service` only for what the customer needs to use what they bought');

const button = z.string().min(1).optional().describe('Words on the button; its place in the text is [[button]]');

/** The lines between `---` on top of a `.email.md` file. */
export const emailFrontMatter = z.strictObject({
  subject: z.string().min(1),
  preheader: z.string().min(1).optional().describe('The line that mailboxes show after the subject'),
  category,
  button,
});

/** The lines between `---` on top of an `.in_app.md` file. */
export const inAppFrontMatter = z.strictObject({
  title: z.string().min(1),
  category,
  button: button.describe('Words on the link'),
});
