import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshStore } from '../../test/support/store.ts';
import { aRequest, minutesLater, send, T0 } from '../../test/support/store-rows.ts';
import {
  backToClaimed,
  beginAttempt,
  claimEffect,
  confirm,
  endAttempt,
  eraseOldPayloads,
  findLink,
  findTouch,
  inTransaction,
  listAudit,
  listStalled,
  listUnclear,
  markSending,
  markUnclear,
  mintToken,
  readEffect,
  refuse,
  rejudge,
  StaleAttemptError,
  type Store,
  settleByHand,
  type Tx,
  why,
  withdraw,
  withdrawUnsent,
} from '../index.ts';

let store: Store;
let close: () => Promise<void>;
let key = '';
let n = 0;
const WIRE = 1_000_000;
const stamp = (wireNow = WIRE) => ({ now: T0, wireNow });
const context = { mode: 'live' as const, now: T0, wireNow: WIRE, companyTimezone: 'UTC', unreadable: null };
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const begin = (wireNow: number, judged: boolean, settleUnclear = false) =>
  run((tx) => beginAttempt(tx, store.vault, key, { now: T0, wireNow, timeoutMs: 10_000, judged, settleUnclear }));
const phase = async () => (await run((tx) => readEffect(tx, store.vault, key)))?.effect.phase;
const slot = async () => (await run((tx) => findTouch(tx, key)))?.state;

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  key = `k${n++}`;
  await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account: `a${n}`, journeyId: `j${n}` }), send));
});

describe('the claim', () => {
  test('stores the request sealed and gives it back as it was', async () => {
    const stored = await run((tx) => readEffect(tx, store.vault, key));
    expect(stored?.payload).toEqual({ subject: 'hello' });
    const raw = await store.pool.query('select payload from effect where key = $1', [key]);
    expect(raw.rows[0].payload.includes('hello')).toBe(false);
  });

  test('keeps one row for a wait that is answered again and again, with its latest time', async () => {
    const held = aRequest({ key: `${key}-held`, account: `w${n}` });
    for (const minute of [5, 6, 7]) {
      const until = minutesLater(minute);
      await run((tx) =>
        claimEffect(tx, store.vault, held, () => ({ kind: 'wait', until, reason: 'quiet_hours', detail: 'night' })),
      );
    }
    const entries = await run((tx) => why(tx, held.account));
    expect(entries.map((e) => e.kind === 'decision' && [e.decision.reason, e.decision.until])).toEqual([
      ['quiet_hours', minutesLater(7)],
    ]);
    expect(await run((tx) => readEffect(tx, store.vault, held.key))).toBeNull();
  });

  test('in shadow mode writes down what it would have done and leaves nothing to send', async () => {
    const shadow = aRequest({ key: `${key}-shadow`, account: `s${n}` });
    const result = await run((tx) => claimEffect(tx, store.vault, shadow, () => ({ kind: 'send', shadow: true })));
    expect(result.kind).toBe('shadow');
    expect(await run((tx) => readEffect(tx, store.vault, shadow.key))).toBeNull();
    const entries = await run((tx) => why(tx, shadow.account));
    expect(entries.map((e) => e.kind === 'decision' && e.decision.kind)).toEqual(['shadow']);
  });

  test('keeps the links of a claimed effect, and none of a refused one', async () => {
    const [kept, dropped] = [mintToken(), mintToken()];
    const link = (token: string) => ({
      token,
      kind: 'upgrade' as const,
      account: 'acme',
      effectKey: key,
      person: null,
      body: { plan: 'pro' },
      expiresAt: minutesLater(60),
    });
    await run((tx) => claimEffect(tx, store.vault, aRequest({ key: `${key}-l1`, links: [link(kept)] }), send));
    await run((tx) =>
      claimEffect(tx, store.vault, aRequest({ key: `${key}-l2`, links: [link(dropped)] }), () => ({
        kind: 'suppress',
        reason: 'opted_out',
        detail: '',
      })),
    );
    expect((await run((tx) => findLink(tx, 'upgrade', kept)))?.body).toEqual({ plan: 'pro' });
    expect(await run((tx) => findLink(tx, 'unsubscribe', kept))).toBeNull();
    expect(await run((tx) => findLink(tx, 'upgrade', dropped))).toBeNull();
  });

  test('leaves nothing behind when its transaction fails', async () => {
    const failed = run(async (tx) => {
      await claimEffect(tx, store.vault, aRequest({ key: `${key}-gone`, account: `g${n}` }), send);
      throw new Error('crash');
    });
    await expect(failed).rejects.toThrow('crash');
    expect(await run((tx) => readEffect(tx, store.vault, `${key}-gone`))).toBeNull();
    expect(await run((tx) => why(tx, `g${n}`))).toEqual([]);
  });
});

describe('attempts', () => {
  test('number themselves; the second waits for the first deadline plus settle time, then looks', async () => {
    expect(await begin(WIRE, true)).toMatchObject({ kind: 'send', attempt: 1, payload: { subject: 'hello' } });
    await run((tx) => markSending(tx, key, 1, stamp()));
    expect(await begin(WIRE + 14_999, false)).toMatchObject({ kind: 'wait', untilWireMs: WIRE + 15_000 });
    expect(await begin(WIRE + 15_000, false)).toMatchObject({ kind: 'look', attempt: 2 });
  });

  test('whose call ended in doubt are waited for as long as the vendor may take, not until their deadline', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    await run((tx) => endAttempt(tx, key, 1, stamp(WIRE + 100)));
    expect(await begin(WIRE + 5_099, false)).toMatchObject({ kind: 'wait', untilWireMs: WIRE + 5_100 });
    expect((await begin(WIRE + 5_100, false)).kind).toBe('look');
  });

  test('that the vendor tells apart by our key wait for nobody', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    const timing = { now: T0, wireNow: WIRE + 1, timeoutMs: 10_000, judged: false, keptApart: true };
    expect(await run((tx) => beginAttempt(tx, store.vault, key, timing))).toMatchObject({ kind: 'look', attempt: 2 });
    await expect(run((tx) => markSending(tx, key, 1, stamp()))).rejects.toThrow(StaleAttemptError);
  });

  test('begun with the claim are the first, and nobody else begins one', async () => {
    const request = aRequest({ key: `${key}-first`, account: `f${n}` });
    const claimed = await run((tx) => claimEffect(tx, store.vault, request, send, { timeoutMs: 10_000 }));
    expect(claimed).toMatchObject({ kind: 'claimed', effect: { attempt: 1, wireDeadlineAt: WIRE + 10_000 } });
    await run((tx) => markSending(tx, request.key, 1, stamp()));
  });

  test('that were overtaken may not write their first byte', async () => {
    await begin(WIRE, true);
    await begin(WIRE, true);
    await expect(run((tx) => markSending(tx, key, 1, stamp()))).rejects.toThrow(StaleAttemptError);
    await run((tx) => markSending(tx, key, 2, stamp()));
    expect(await phase()).toBe('sending');
  });

  test('after one that died before its first byte are judged again', async () => {
    await begin(WIRE, true);
    expect((await begin(WIRE, false)).kind).toBe('judge_again');
  });

  test('that the vendor turned away begin anew without looking', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    await run((tx) => backToClaimed(tx, key, 1, stamp()));
    expect((await begin(WIRE, false)).kind).toBe('judge_again');
    expect((await begin(WIRE, true)).kind).toBe('send');
  });

  test('on a finished effect find nothing to do', async () => {
    await begin(WIRE, true);
    await run((tx) => withdraw(tx, key, { ...stamp(), reason: 'superseded' }));
    expect((await begin(WIRE, true)).kind).toBe('finished');
    await expect(run((tx) => markSending(tx, key, 1, stamp()))).rejects.toThrow(StaleAttemptError);
  });
});

describe('outcomes', () => {
  test('a confirmed mail keeps its slot and counts as delivered', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    expect(await run((tx) => confirm(tx, key, { ...stamp(), result: { messageId: 'm' } }))).toBe(true);
    expect(await run((tx) => findTouch(tx, key))).toMatchObject({ state: 'confirmed', deliveredAt: T0 });
    expect(await run((tx) => confirm(tx, key, { ...stamp(), result: { messageId: 'other' } }))).toBe(false);
    expect((await run((tx) => readEffect(tx, store.vault, key)))?.effect.result).toEqual({ messageId: 'm' });
  });

  test('a refused or withdrawn one gives its slot back', async () => {
    await run((tx) => refuse(tx, key, { ...stamp(), reason: 'mailbox unknown' }));
    expect([await phase(), await slot()]).toEqual(['refused', 'released']);
  });

  test('one that is being sent can no longer be withdrawn', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    expect(await run((tx) => withdraw(tx, key, { ...stamp(), reason: 'late' }))).toBe(false);
    expect([await phase(), await slot()]).toEqual(['sending', 'reserved']);
  });

  test('an unclear one keeps its slot, is listed, never begun again, and settled by hand with an audit row', async () => {
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    await run((tx) => markUnclear(tx, key, { ...stamp(), reason: 'connection lost' }));
    expect(await slot()).toBe('unclear');
    expect((await run((tx) => listUnclear(tx))).map((e) => e.key)).toContain(key);
    expect((await begin(WIRE + 99_000, false)).kind).toBe('finished');
    expect((await begin(WIRE + 99_000, false, true)).kind).toBe('look');
    const hand = { ...stamp(), outcome: 'refused' as const, actor: 'ops@own.example', door: 'cli', note: 'not there' };
    expect(await run((tx) => settleByHand(tx, key, hand))).toBe(true);
    expect([await phase(), await slot()]).toEqual(['refused', 'released']);
    expect(await run((tx) => listAudit(tx, { subject: key }))).toMatchObject([{ action: 'effect.settled' }]);
    expect(await run((tx) => settleByHand(tx, key, hand))).toBe(false);
  });

  test('superseding withdraws what a journey has not begun to send', async () => {
    const other = aRequest({ key: `${key}-b`, account: `a${n}`, journeyId: `j${n}`, touch: false });
    await run((tx) => claimEffect(tx, store.vault, other, send));
    await begin(WIRE, true);
    await run((tx) => markSending(tx, key, 1, stamp()));
    const keys = await run((tx) => withdrawUnsent(tx, `j${n}`, { ...stamp(), reason: 'superseded' }));
    expect(keys).toEqual([`${key}-b`]);
    expect(await phase()).toBe('sending');
  });
});

describe('an effect that died before its first byte', () => {
  test('is withdrawn with its slot when the answer is now no', async () => {
    const no = () => ({ kind: 'suppress' as const, reason: 'opted_out' as const, detail: 'unsubscribed' });
    expect(await run((tx) => rejudge(tx, key, context, no))).toEqual({ kind: 'withdrawn', reason: 'opted_out' });
    expect([await phase(), await slot()]).toEqual(['withdrawn', 'released']);
  });

  test('keeps its slot and gets a later time when the answer is now a wait', async () => {
    const until = minutesLater(600);
    await run((tx) => rejudge(tx, key, context, () => ({ kind: 'wait', until, reason: 'quiet_hours', detail: '' })));
    expect((await run((tx) => readEffect(tx, store.vault, key)))?.effect.notBefore).toBe(until);
    expect(await slot()).toBe('reserved');
  });

  test('is not counted against its own cap when judged again', async () => {
    const seen: number[] = [];
    await run((tx) =>
      rejudge(tx, key, context, (facts) => {
        seen.push(facts.touchesOfAccount.length, facts.touchesOfEvent);
        return send();
      }),
    );
    expect(seen[0]).toBe(0);
  });

  test('shows up as stalled once its first byte was allowed and nobody moved it', async () => {
    await begin(WIRE, true);
    const stalled = () => run((tx) => listStalled(tx, WIRE + 1));
    expect(await stalled()).not.toContain(key);
    await run((tx) => markSending(tx, key, 1, stamp()));
    expect(await run((tx) => listStalled(tx, WIRE))).not.toContain(key);
    expect(await stalled()).toContain(key);
  });
});

test('erases the requests of finished effects after their time, and keeps the rest', async () => {
  await run((tx) => refuse(tx, key, { ...stamp(), reason: 'no' }));
  const open = aRequest({ key: `${key}-open` });
  await run((tx) => claimEffect(tx, store.vault, open, send));
  await run((tx) => eraseOldPayloads(tx, minutesLater(1)));
  expect((await run((tx) => readEffect(tx, store.vault, key)))?.payload).toBeNull();
  expect((await run((tx) => readEffect(tx, store.vault, open.key)))?.payload).toEqual({ subject: 'hello' });
});
