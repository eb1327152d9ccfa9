import { type Delivery, honest, type Sender, signed } from './senders.ts';

const TEN_MINUTES_MS = 600_000;
/** Above what any door takes. */
const HUGE = 1_200_000;

/** What somebody could send who does not have the secret, or has an old delivery. `others`: the other vendors. */
export interface Attack {
  make: (sender: Sender, word: string, others: Sender[]) => Delivery;
  /** What the vendor's proof must hold fast, for this to be something that could be told from a good one. */
  against?: keyof Sender['proves'];
}

/** Why a door knows nothing of an attack: said in the report, as a cell that cannot be. */
export const WHY_NOT: Record<keyof Sender['proves'], string> = {
  time: 'names no moment: whoever has a delivery may send it again, and it counts once',
  body: 'is a password beside the body, not a signature over it: only TLS keeps the body as it was',
  address: 'does not cover the address',
};

export const holds = ({ against }: Attack, { proves }: Sender): boolean => against === undefined || proves[against];

/** Each must be refused. A delivery that came before comes again by `repeated` in main.ts: that one is answered. */
export const ATTACKS: Record<string, Attack> = {
  // In front: behind the padding of base64 it would be no other key.
  'forged with another secret': {
    make: (sender, word) => signed(sender, sender.body(word), `x${sender.secret}`),
  },
  'forged with an empty secret': { make: (sender, word) => signed(sender, sender.body(word), '') },
  "signed with another vendor's secret": {
    make: (sender, word, [other]) => signed(sender, sender.body(word), other?.secret ?? 'none'),
  },
  'without a signature': {
    make: (sender, word) => ({ ...honest(sender, word), headers: { 'content-type': sender.contentType } }),
  },
  'signature cut short': {
    make: (sender, word) => changed(honest(sender, word), isProof, (value) => value.slice(0, -2)),
  },
  stale: { against: 'time', make: (sender, word) => honest(sender, word, Date.now() - TEN_MINUTES_MS) },
  'from the future': { against: 'time', make: (sender, word) => honest(sender, word, Date.now() + TEN_MINUTES_MS) },
  'time moved after signing': {
    against: 'time',
    make: (sender, word) => {
      const now = sender.stamp(Date.now());
      const old = honest(sender, word, Date.now() - TEN_MINUTES_MS);
      const moved = changed(
        old,
        (name) => name.endsWith('timestamp'),
        () => now,
      );
      return changed(moved, isProof, (value) => value.replace(/^t=\d+/, `t=${now}`));
    },
  },
  'changed after signing': {
    against: 'body',
    make: (sender, word) => ({ ...honest(sender, 'x'.repeat(word.length)), body: sender.body(word) }),
  },
  'longer after signing': {
    against: 'body',
    make: (sender, word) => {
      const delivery = honest(sender, word);
      return { ...delivery, body: `${delivery.body} ` };
    },
  },
  'signed for another address': {
    against: 'address',
    make: (sender, word) => signed(sender, sender.body(word), sender.secret, Date.now(), '/webhooks/elsewhere'),
  },
  'at the door of another vendor': {
    make: (sender, word, [other]) => ({ ...honest(sender, word), path: other?.path ?? '/webhooks/nobody' }),
  },
  'at a door that is not there': {
    make: (sender, word) => ({ ...honest(sender, word), path: '/webhooks/nobody' }),
  },
  'signed, but no event': {
    make: (sender, word) => signed(sender, JSON.stringify({ word }), sender.secret),
  },
};

/** Few, since each is more than a megabyte. */
export const huge: Attack = {
  make: (sender, word) => signed(sender, `${sender.body(word)}${' '.repeat(HUGE)}`, sender.secret),
};

const isProof = (name: string) => name === 'authorization' || /signature(?:-v3)?$/.test(name);

function changed(delivery: Delivery, which: (name: string) => boolean, change: (value: string) => string): Delivery {
  const headers = Object.entries(delivery.headers).map(([name, value]) => [name, which(name) ? change(value) : value]);
  return { ...delivery, headers: Object.fromEntries(headers) };
}
