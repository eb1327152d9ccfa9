import type { MessageInput } from '../../kit/capabilities.ts';

export function mailInput(changes: Partial<MessageInput> = {}): MessageInput {
  return {
    effectKey: 'event_1:mail:send:zoe@acme.example:1',
    account: 'a_0001',
    to: { email: 'zoe@acme.example', name: 'Zoë Álvarez', userId: 'u_1' },
    from: 'Customer success <success@tidewater.example>',
    subject: 'You have used 95 % of your API calls',
    html: '<p>Hello</p><p><a href="http://127.0.0.1:9/t/abc?x=1&amp;y=2">Upgrade</a></p>',
    text: 'Hello\n\nUpgrade: http://127.0.0.1:9/t/abc?x=1&y=2.',
    link: { label: 'Upgrade', url: 'http://127.0.0.1:9/t/abc?x=1&y=2' },
    unsubscribeUrl: 'http://127.0.0.1:9/u/abc',
    category: 'marketing',
    expiresAt: null,
    ...changes,
  };
}
