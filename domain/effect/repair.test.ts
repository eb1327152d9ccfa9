import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AttemptNote, withNote } from './attempt-notes.ts';
import { decideRepair, type EffectInDoubt, type RepairAction } from './repair.ts';

const mail = (over: Partial<EffectInDoubt> = {}): EffectInDoubt => ({
  phase: 'unclear',
  operation: 'message.send',
  idempotency: 'none',
  canFind: false,
  payloadKept: true,
  mayStillCommit: false,
  ...over,
});
const task = (over: Partial<EffectInDoubt> = {}) =>
  mail({ operation: 'crm.createTask', idempotency: 'find', canFind: true, ...over });
const trial = (over: Partial<EffectInDoubt> = {}) =>
  mail({ operation: 'billing.startTrial', idempotency: 'vendor_key', canFind: true, ...over });

describe('a retry', () => {
  test.each<[string, EffectInDoubt, boolean, object]>([
    ['of a mail in doubt waits for a person to look', mail(), false, { kind: 'no' }],
    ['of a mail that a person missed sends it', mail(), true, { kind: 'resend' }],
    ['of a task in doubt asks the vendor', task(), false, { kind: 'look', resendIfUnknown: false }],
    ['of a task that a person missed asks all the same', task(), true, { kind: 'look', resendIfUnknown: true }],
    ['of what is naturally idempotent just does it', mail({ idempotency: 'natural' }), false, { kind: 'resend' }],
    ['of what the vendor refused is judged and sent', mail({ phase: 'refused' }), false, { kind: 'resend' }],
    ['waits until an earlier attempt cannot commit any more', mail({ mayStillCommit: true }), true, { kind: 'no' }],
    ['of a trial in doubt only looks', trial(), true, { kind: 'look', resendIfUnknown: false }],
    ['of a refused trial starts none that nobody minds', trial({ phase: 'refused' }), true, { kind: 'no' }],
    ['needs the stored bytes', mail({ phase: 'refused', payloadKept: false }), true, { kind: 'no' }],
    ['needs a connection', mail({ phase: 'refused', idempotency: null }), true, { kind: 'no' }],
    ['of what waits for its time changes nothing', mail({ phase: 'claimed' }), true, { kind: 'no' }],
  ])('%s', (_, effect, didNotArrive, expected) => {
    expect(decideRepair('retry', effect, { didNotArrive })).toMatchObject(expected);
  });
});

test.each<[RepairAction, EffectInDoubt['phase'], string]>([
  ['confirm', 'unclear', 'confirm'],
  ['confirm', 'refused', 'no'],
  ['give_up', 'unclear', 'refuse'],
  ['give_up', 'claimed', 'withdraw'],
  ['give_up', 'refused', 'no'],
])('%s of a %s effect: %s', (action, phase, kind) => {
  expect(decideRepair(action, mail({ phase }), { didNotArrive: false }).kind).toBe(kind);
});

const anyEffect = fc.record({
  phase: fc.constantFrom('claimed', 'sending', 'confirmed', 'refused', 'withdrawn', 'unclear'),
  operation: fc.constantFrom('message.send', 'crm.createTask', 'billing.startTrial', 'billing.changePlan'),
  idempotency: fc.constantFrom('vendor_key', 'natural', 'find', 'none', null),
  canFind: fc.boolean(),
  payloadKept: fc.boolean(),
  mayStillCommit: fc.boolean(),
}) satisfies fc.Arbitrary<EffectInDoubt>;
const anyAction = fc.constantFrom<RepairAction[]>('retry', 'confirm', 'give_up');

describe('whatever is asked of whatever effect', () => {
  test('what is confirmed, withdrawn or on its way is left alone', () => {
    fc.assert(
      fc.property(anyAction, anyEffect, fc.boolean(), (action, effect, didNotArrive) => {
        if (!['confirmed', 'withdrawn', 'sending'].includes(effect.phase)) return;
        expect(decideRepair(action, effect, { didNotArrive }).kind).toBe('no');
      }),
    );
  });

  test('nothing that may have arrived is sent blindly unless a person says that it did not', () => {
    fc.assert(
      fc.property(anyAction, anyEffect, (action, effect) => {
        const decision = decideRepair(action, effect, { didNotArrive: false });
        if (effect.phase !== 'unclear') return;
        if (decision.kind === 'resend') expect(effect.idempotency).toBe('natural');
        if (decision.kind === 'look') expect(decision.resendIfUnknown).toBe(false);
      }),
    );
  });

  test('no trial and no plan change is ever sent again', () => {
    fc.assert(
      fc.property(anyAction, anyEffect, fc.boolean(), (action, effect, didNotArrive) => {
        if (!effect.operation.startsWith('billing.')) return;
        const decision = decideRepair(action, effect, { didNotArrive });
        expect(decision.kind).not.toBe('resend');
        if (decision.kind === 'look') expect(decision.resendIfUnknown).toBe(false);
      }),
    );
  });

  test('nothing is sent without its bytes, without a connection, or while an attempt may commit', () => {
    fc.assert(
      fc.property(anyEffect, fc.boolean(), (effect, didNotArrive) => {
        const { kind } = decideRepair('retry', effect, { didNotArrive });
        if (kind === 'no') return;
        expect(effect).toMatchObject({ payloadKept: true, mayStillCommit: false });
        expect(effect.idempotency).not.toBeNull();
      }),
    );
  });
});

test('of many attempts the first and the newest are remembered', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (attempts) => {
      let notes: AttemptNote[] = [];
      for (let attempt = 1; attempt <= attempts; attempt += 1)
        notes = withNote(notes, { attempt, kind: 'send', at: '', wireAt: 0, firstByteAt: null, answer: null });
      expect(notes.length).toBeLessThanOrEqual(20);
      expect(notes[0]?.attempt).toBe(1);
      expect(notes.at(-1)?.attempt).toBe(attempts);
      const numbers = notes.map((note) => note.attempt);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});
