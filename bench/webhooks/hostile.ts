import { type Delivery, honest, type Sender } from './senders.ts';

const TEN_MINUTES_MS = 600_000;
/** Above what any door takes. */
const HUGE = 1_200_000;

/** What somebody could send who does not have the secret, or has an old delivery. `others`: the other vendors. */
export type Attack = (sender: Sender, word: string, others: Sender[]) => Delivery;

const resigned = (sender: Sender, word: string, secret: string, atMs = Date.now()): Delivery => {
  const delivery = honest(sender, word);
  return { ...delivery, headers: { ...delivery.headers, ...sender.sign(delivery.body, secret, atMs) } };
};

/** Each must be refused. A delivery that came before comes again by `repeated` in main.ts: that one is answered. */
export const ATTACKS: Record<string, Attack> = {
  'forged with another secret': (sender, word) => resigned(sender, word, `${sender.secret}x`),
  'forged with an empty secret': (sender, word) => resigned(sender, word, ''),
  "signed with another vendor's secret": (sender, word, [other]) => resigned(sender, word, other?.secret ?? 'none'),
  'without a signature': (sender, word) => {
    const { path, body } = honest(sender, word);
    return { path, body, headers: { 'content-type': sender.contentType } };
  },
  'signature cut short': (sender, word) => {
    const delivery = honest(sender, word);
    const cut = Object.entries(delivery.headers).map(([name, value]) => [
      name,
      name.endsWith('signature') ? value.slice(0, -2) : value,
    ]);
    return { ...delivery, headers: Object.fromEntries(cut) };
  },
  stale: (sender, word) => honest(sender, word, Date.now() - TEN_MINUTES_MS),
  'from the future': (sender, word) => honest(sender, word, Date.now() + TEN_MINUTES_MS),
  'changed after signing': (sender, word) => {
    const signed = honest(sender, 'x'.repeat(word.length));
    return { ...signed, body: honest(sender, word).body };
  },
  'longer after signing': (sender, word) => {
    const delivery = honest(sender, word);
    return { ...delivery, body: `${delivery.body} ` };
  },
  'time moved after signing': (sender, word) => {
    const old = honest(sender, word, Date.now() - TEN_MINUTES_MS);
    const now = String(Math.floor(Date.now() / 1_000));
    const moved = Object.entries(old.headers).map(([name, value]) => [
      name,
      name.endsWith('timestamp') ? now : value.replace(/^t=\d+/, `t=${now}`),
    ]);
    return { ...old, headers: Object.fromEntries(moved) };
  },
  'at the door of another vendor': (sender, word, [other]) => ({
    ...honest(sender, word),
    path: other?.path ?? '/webhooks/nobody',
  }),
  'at a door that is not there': (sender, word) => ({ ...honest(sender, word), path: '/webhooks/nobody' }),
  'signed, but no event': (sender, word) => {
    const body = JSON.stringify({ word });
    return {
      path: sender.path,
      headers: { 'content-type': sender.contentType, ...sender.sign(body, sender.secret, Date.now()) },
      body,
    };
  },
};

/** Few, since each is more than a megabyte. */
export const huge: Attack = (sender, word) => {
  const body = `${honest(sender, word).body}${' '.repeat(HUGE)}`;
  const headers = { 'content-type': sender.contentType, ...sender.sign(body, sender.secret, Date.now()) };
  return { path: sender.path, headers, body };
};
