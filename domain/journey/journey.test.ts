import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionStep, Step } from '../../config/schema/index.ts';
import { addMs } from '../clock.ts';
import { DAY_MS } from '../time.ts';
import { afterAnswer, afterPerform, afterWaitStarted, afterWake, endJourney } from './after.ts';
import { compilePlay } from './compile.ts';
import { nextMove } from './next-move.ts';
import { startJourney } from './start.ts';
import { enter } from './transitions.ts';
import type { Instruction, JourneyFacts, JourneyState, Move, PerformResult } from './types.ts';

const T0 = '2026-03-11T15:00:00.000Z';
const later = (days: number) => addMs(T0, days * DAY_MS);

const mail = (id: string): Extract<Step, { send: unknown }> => ({
  id,
  send: { template: 't', by: 'email', to: 'primary_admin' },
});
const alert: Step = { id: 'am', alert: { to: 'account_manager', by: ['slack'], sla: 2 * DAY_MS } };
const wait: Step = {
  id: 'wait',
  wait_for: { any: ['upgraded', 'trial_started', 'engaged'], up_to: 7 * DAY_MS },
};
const tag = { id: 'tag', tag_for_qbr: {} };

const when = (id: string, steps: ActionStep[]): Step => ({
  id,
  if: "outcome == 'none'",
  // biome-ignore lint/suspicious/noThenProperty: the word that config uses
  then: steps,
});

/** The urgent play: mail and alert, a week, a reminder if nothing happened, a tag if there was no upgrade. */
const URGENT: Step[] = [
  mail('mail'),
  alert,
  wait,
  when('second', [mail('remind'), { id: 'wait2', wait_for: { any: ['upgraded'], up_to: 7 * DAY_MS } }]),
  { id: 'qbr', on_no_upgrade: [tag] },
];
const program = compilePlay(URGENT);

const start = () =>
  startJourney({
    account: 'acme',
    product: 'core',
    play: 'urgent',
    lead: 'te_1',
    triggerEventIds: ['te_1', 'te_2'],
    now: T0,
  });
const done = (step: string, touch = true): PerformResult => ({ step, result: 'done', touch });
const facts = (more: Partial<JourneyFacts> = {}): JourneyFacts => ({
  now: T0,
  upgraded: false,
  trialStarted: false,
  trialEnded: null,
  engaged: false,
  takenBack: false,
  ...more,
});
/** After the first mail and alert, with the week begun. */
function waiting(): JourneyState {
  const sent = afterPerform(start(), program, [done('mail'), done('am', false)], T0);
  const move = nextMove(sent, program, T0);
  return afterWaitStarted(sent, move.kind === 'wait' ? move.until : '');
}

/** Plays the program through with these answers, and returns the kinds and steps of its moves. */
function run(answers: {
  outcome: (state: JourneyState, now: string) => Partial<JourneyFacts>;
  say?: boolean;
}): string[] {
  const trace: string[] = [];
  let state = start();
  let now = T0;
  for (let i = 0; i < 40; i++) {
    const move = nextMove(state, program, now);
    trace.push(describeMove(move));
    if (move.kind === 'end') return trace;
    if (move.kind === 'perform') {
      state = afterPerform(
        state,
        program,
        move.steps.map((step) => done(step.id, 'send' in step)),
        now,
      );
    } else if (move.kind === 'ask') {
      state = afterAnswer(state, program, answers.say ?? state.outcome === 'none');
    } else {
      state = afterWaitStarted(state, move.until);
      now = move.until;
      state = afterWake(state, program, facts({ now, ...answers.outcome(state, now) }));
    }
  }
  return [...trace, 'no end'];
}

function describeMove(move: Move): string {
  switch (move.kind) {
    case 'perform':
      return move.steps.map((step) => step.id).join('+');
    case 'ask':
      return `${move.step}?`;
    case 'wait':
      return `wait ${move.step}`;
    case 'end':
      return `end ${move.outcome}`;
  }
}

describe('a play', () => {
  test('is compiled to a line in which neighbouring actions go together', () => {
    expect(program.map((one) => one.op)).toEqual([
      'perform',
      'wait',
      'ask',
      'perform',
      'wait',
      'unless_upgraded',
      'perform',
    ]);
    expect(program[2]).toMatchObject({ otherwise: 5 });
    expect(program[5]).toMatchObject({ otherwise: 7 });
  });

  test('keeps a step after a block out of the block', () => {
    const line = compilePlay([when('ask', [mail('a')]), mail('b'), mail('c')]);
    expect(line).toMatchObject([
      { op: 'ask', otherwise: 2 },
      { op: 'perform', steps: [{ id: 'a' }] },
      { op: 'perform', steps: [{ id: 'b' }, { id: 'c' }] },
      { op: 'unless_upgraded', otherwise: 4 },
    ]);
  });

  test('without an answer sends, reminds and tags', () => {
    expect(run({ outcome: () => ({}) })).toEqual([
      'mail+am',
      'wait wait',
      'second?',
      'remind',
      'wait wait2',
      'tag',
      'end not_upgraded',
    ]);
  });

  test('ends at an upgrade, whatever is left', () => {
    expect(run({ outcome: () => ({ upgraded: true }) })).toEqual(['mail+am', 'wait wait', 'end upgraded']);
  });

  test('gives who engaged the whole wait before it tags', () => {
    const early = afterWake(waiting(), program, facts({ now: later(2), engaged: true }));
    const asked = afterAnswer(early, program, false);
    const move = nextMove(asked, program, later(2));
    expect(move).toEqual({ kind: 'wait', step: 'qbr', any: ['upgraded', 'trial_started'], until: later(7) });
    const waited = afterWake(afterWaitStarted(asked, later(7)), program, facts({ now: later(7), engaged: true }));
    expect(nextMove(waited, program, later(7))).toMatchObject({ kind: 'perform', steps: [{ id: 'tag' }] });
  });

  describe('without a step for when nobody upgrades', () => {
    const summary = compilePlay([mail('mail'), wait, when('nobody', [mail('remind')])]);
    /** Two days into the week, with this news. */
    const twoDaysIn = (news: Partial<JourneyFacts>) => {
      const sent = afterPerform(start(), summary, [done('mail')], T0);
      const woken = afterWake(afterWaitStarted(sent, later(7)), summary, facts({ now: later(2), ...news }));
      return afterAnswer(woken, summary, false);
    };
    const end = (state: JourneyState, days: number, news: Partial<JourneyFacts>) => {
      const waited = afterWaitStarted(state, nextMoveUntil(state));
      return nextMove(afterWake(waited, summary, facts({ now: later(days), ...news })), summary, later(days));
    };
    const nextMoveUntil = (state: JourneyState) => {
      const move = nextMove(state, summary, later(2));
      return move.kind === 'wait' ? move.until : '';
    };

    test('who clicked has the rest of the wait to upgrade', () => {
      const clicked = twoDaysIn({ engaged: true });
      expect(nextMoveUntil(clicked)).toBe(later(7));
      expect(end(clicked, 5, { engaged: true, upgraded: true })).toEqual({ kind: 'end', outcome: 'upgraded' });
      expect(end(clicked, 5, { engaged: true })).toMatchObject({ kind: 'wait', until: later(7) });
      expect(end(clicked, 7, { engaged: true })).toEqual({ kind: 'end', outcome: 'not_upgraded' });
    });

    test('a trial is waited for', () => {
      const trial = twoDaysIn({ trialStarted: true });
      expect(end(trial, 13, { trialStarted: true })).toMatchObject({ kind: 'wait', any: ['upgraded', 'trial_ended'] });
      const reverted = { trialStarted: true, trialEnded: 'reverted' as const };
      expect(end(trial, 16, reverted)).toEqual({ kind: 'end', outcome: 'not_upgraded' });
      expect(end(trial, 16, { ...reverted, trialEnded: 'converted' })).toEqual({ kind: 'end', outcome: 'upgraded' });
    });

    test('nobody is waited for who did nothing', () => {
      const sent = afterPerform(start(), summary, [done('mail')], T0);
      const over = afterWake(afterWaitStarted(sent, later(7)), summary, facts({ now: later(7) }));
      const reminded = afterPerform(afterAnswer(over, summary, true), summary, [done('remind')], later(7));
      expect(nextMove(reminded, summary, later(7))).toEqual({ kind: 'end', outcome: 'not_upgraded' });
    });
  });

  test('waits for a trial to end before it tags, and tags when it was reverted', () => {
    const trial = afterWake(waiting(), program, facts({ now: later(2), trialStarted: true }));
    const asked = afterAnswer(trial, program, false);
    const move = nextMove(asked, program, later(2));
    expect(move).toMatchObject({ kind: 'wait', any: ['upgraded', 'trial_ended'] });
    const begun = afterWaitStarted(asked, move.kind === 'wait' ? move.until : '');
    const noise = afterWake(begun, program, facts({ now: later(5), trialStarted: true }));
    expect(noise.phase).toBe('waiting');
    expect(nextMove(noise, program, later(5))).toEqual(move);
    const reverted = afterWake(noise, program, facts({ now: later(16), trialStarted: true, trialEnded: 'reverted' }));
    expect(nextMove(reverted, program, later(16))).toMatchObject({ kind: 'perform', steps: [{ id: 'tag' }] });
    const converted = afterWake(noise, program, facts({ now: later(16), trialStarted: true, trialEnded: 'converted' }));
    expect(nextMove(converted, program, later(16))).toEqual({ kind: 'end', outcome: 'upgraded' });
  });

  test('does not wait for ever for the end of a trial', () => {
    const asked = afterAnswer(afterWake(waiting(), program, facts({ trialStarted: true })), program, false);
    const begun = afterWaitStarted(asked, later(120));
    const over = afterWake(begun, program, facts({ now: later(120), trialStarted: true }));
    expect(nextMove(over, program, later(120))).toMatchObject({ kind: 'perform', steps: [{ id: 'tag' }] });
  });

  test('tags a customer who engaged and has let the time pass', () => {
    const state = { ...start(), outcome: 'engaged' as const, stepIndex: 5, waitUntil: null };
    expect(nextMove(state, program, T0)).toMatchObject({ kind: 'perform', steps: [{ id: 'tag' }] });
  });
});

describe('a wait', () => {
  test('keeps its end when a wake comes that settles nothing', () => {
    const state = afterWake(waiting(), program, facts({ now: later(3) }));
    expect(nextMove(state, program, later(3))).toMatchObject({ kind: 'wait', until: later(7) });
    expect(afterWaitStarted(state, later(10)).waitUntil).toBe(later(7));
  });

  test('is passed when its outcome has come before it began', () => {
    const state = { ...start(), outcome: 'engaged' as const, stepIndex: 1 };
    expect(nextMove(state, program, T0)).toMatchObject({ kind: 'ask' });
    expect(afterAnswer(state, program, true).stepIndex).toBe(3);
  });

  test('is not ended by an outcome that it does not ask for', () => {
    const state: JourneyState = { ...start(), stepIndex: 4, phase: 'waiting', waitUntil: later(7) };
    expect(afterWake(state, program, facts({ now: later(1), engaged: true }))).toMatchObject({
      phase: 'waiting',
      outcome: 'engaged',
    });
  });

  test('ends when its time is up', () => {
    expect(afterWake(waiting(), program, facts({ now: later(7) }))).toMatchObject({ phase: 'running', stepIndex: 2 });
  });
});

describe('a held step', () => {
  const held = (until: string | null) =>
    afterPerform(
      start(),
      program,
      [{ step: 'mail', result: 'held', until, reason: 'quiet_hours' }, done('am', false)],
      T0,
    );

  test('waits for its time, then goes out alone', () => {
    const state = held(later(1));
    expect(state).toMatchObject({ phase: 'holding', alertsSent: 1, touchesSent: 0 });
    expect(nextMove(state, program, T0)).toMatchObject({ kind: 'wait', step: 'mail', until: later(1) });
    expect(afterWake(state, program, facts({ now: later(0.5) })).phase).toBe('holding');
    const due = afterWake(state, program, facts({ now: later(1) }));
    expect(nextMove(due, program, later(1))).toMatchObject({ kind: 'perform', steps: [{ id: 'mail' }] });
    const sent = afterPerform(due, program, [done('mail')], later(1));
    expect(sent).toMatchObject({ phase: 'running', stepIndex: 1, touchesSent: 1, held: [] });
  });

  test('without a time is tried at the next fact, and once a day', () => {
    const state = held(null);
    expect(nextMove(state, program, T0)).toMatchObject({
      until: later(1),
      any: ['facts', 'upgraded', 'trial_started'],
    });
    expect(afterWake(state, program, facts()).phase).toBe('running');
  });

  test('is tried before its time when it is released, and alone', () => {
    const state = held(later(1));
    expect(afterWake(state, program, facts({ now: later(0.5), released: ['am'] })).phase).toBe('holding');
    const due = afterWake(state, program, facts({ now: later(0.5), released: ['mail'] }));
    expect(nextMove(due, program, later(0.5))).toMatchObject({ kind: 'perform', steps: [{ id: 'mail' }] });
  });

  test('may be held again, for another reason', () => {
    const due = afterWake(held(later(1)), program, facts({ now: later(1) }));
    const again = afterPerform(
      due,
      program,
      [{ step: 'mail', result: 'held', until: later(2), reason: 'am_outreach' }],
      later(1),
    );
    expect(again.held).toEqual([{ step: 'mail', until: later(2), reason: 'am_outreach' }]);
  });

  test('looks at the earliest of several times, and not later than tomorrow where one has none', () => {
    const results: PerformResult[] = [
      { step: 'mail', result: 'held', until: later(3), reason: 'am_outreach' },
      { step: 'am', result: 'held', until: null, reason: 'incident' },
    ];
    const state = afterPerform(start(), program, results, T0);
    expect(nextMove(state, program, T0)).toMatchObject({ until: later(1) });
    const due = afterWake(state, program, facts());
    expect(nextMove(due, program, T0)).toMatchObject({ kind: 'perform', steps: [{ id: 'am' }] });
    const partly = afterPerform(due, program, [done('am', false)], T0);
    expect(partly).toMatchObject({ phase: 'holding', held: [{ step: 'mail' }] });
    expect(nextMove(partly, program, T0)).toMatchObject({ until: later(3) });
  });

  test('is dropped when the customer upgrades meanwhile', () => {
    const state = afterWake(held(later(1)), program, facts({ now: later(0.5), upgraded: true }));
    expect(nextMove(state, program, later(0.5))).toEqual({ kind: 'end', outcome: 'upgraded' });
  });

  test('is not a wait for the customer', () => {
    const state = held(later(1));
    expect(afterWaitStarted(state, later(1))).toBe(state);
  });
});

describe('the end', () => {
  test('is "suppressed" when a guardrail refused everything', () => {
    const refused: PerformResult[] = ['mail', 'am'].map((step) => ({ step, result: 'suppressed', reason: 'cooldown' }));
    const state = afterPerform(start(), program.slice(0, 1), refused, T0);
    expect(nextMove(state, program.slice(0, 1), T0)).toEqual({ kind: 'end', outcome: 'suppressed' });
  });

  test('is "not upgraded" when the account manager was alerted instead: their alert is closed with it', () => {
    const told: PerformResult = { step: 'mail', result: 'suppressed', reason: 'opted_out', alerted: true };
    const state = afterPerform(start(), program.slice(0, 1), [told], T0);
    expect(state).toMatchObject({ alertsSent: 1, touchesSent: 0 });
    expect(nextMove(state, program.slice(0, 1), T0)).toEqual({ kind: 'end', outcome: 'not_upgraded' });
  });

  test('is "withdrawn" when the event was taken back before the first touch', () => {
    const state = afterWake(start(), program, facts({ takenBack: true }));
    expect(nextMove(state, program, T0)).toEqual({ kind: 'end', outcome: 'withdrawn' });
    expect(afterWake(state, program, facts({ upgraded: true }))).toBe(state);
  });

  test('comes without a withdrawal when a touch had gone out before', () => {
    expect(afterWake(waiting(), program, facts({ takenBack: true }))).toMatchObject({ end: 'not_upgraded' });
  });

  test('is final', () => {
    const ended = endJourney(start(), 'suppressed');
    expect(() => enter(ended, 'running')).toThrow('a journey that is ended cannot become running');
    expect(nextMove({ ...ended, end: null }, program, T0)).toEqual({ kind: 'end', outcome: 'not_upgraded' });
  });
});

test('an answer that nobody asked for changes nothing', () => {
  const state = start();
  expect(afterAnswer(state, program, true)).toBe(state);
});

test('a wake while a step is due only takes in the facts', () => {
  expect(afterWake(start(), program, facts({ engaged: true }))).toMatchObject({
    phase: 'running',
    stepIndex: 0,
    outcome: 'engaged',
  });
});

test('the lead event is counted once among its events', () => {
  expect(start().triggerEventIds).toEqual(['te_1', 'te_2']);
});

describe('whatever happens', () => {
  const step = (id: string): fc.Arbitrary<Step> =>
    fc.oneof(
      fc.constant(mail(id)),
      fc.constant<Step>({ id, wait_for: { any: ['upgraded', 'engaged'], up_to: DAY_MS } }),
      fc.constant(when(id, [mail(`${id}a`), { id: `${id}b`, wait_for: { any: ['trial_started'], up_to: DAY_MS } }])),
      fc.constant<Step>({ id, on_no_upgrade: [{ id: `${id}t`, tag_for_qbr: {} }] }),
    );
  const plays = fc
    .integer({ min: 1, max: 6 })
    .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => step(`s${i}`))));
  const event = fc.record({
    answer: fc.boolean(),
    result: fc.constantFrom('done', 'held', 'suppressed'),
    upgraded: fc.boolean(),
    trialStarted: fc.boolean(),
    trialEnded: fc.constantFrom(null, 'reverted', 'converted'),
    engaged: fc.boolean(),
  });

  test('a journey ends, stays plain JSON, and never performs a step twice', () => {
    fc.assert(
      fc.property(plays, fc.array(event, { minLength: 1, maxLength: 12 }), (steps, events) => {
        const line = compilePlay(steps);
        const sent: string[] = [];
        let state = start();
        let now = T0;
        let ended = false;
        for (let i = 0; i < 300 && !ended; i++) {
          // After the script is over nothing happens any more and held steps go out.
          const quiet = {
            answer: true,
            result: 'done',
            upgraded: false,
            trialStarted: false,
            trialEnded: 'reverted',
            engaged: false,
          } as const;
          const e = events[i] ?? quiet;
          const move = nextMove(state, line, now);
          if (move.kind === 'end') ended = true;
          else if (move.kind === 'ask') state = afterAnswer(state, line, e.answer);
          else if (move.kind === 'wait') {
            state = afterWaitStarted(state, move.until);
            now = events[i] === undefined ? move.until : addMs(now, DAY_MS / 4);
            const { upgraded, trialStarted, trialEnded, engaged } = e;
            state = afterWake(state, line, facts({ now, upgraded, trialStarted, trialEnded, engaged }));
          } else {
            const results = move.steps.map(({ id }): PerformResult => {
              if (e.result === 'held')
                return { step: id, result: 'held', until: addMs(now, DAY_MS), reason: 'quiet_hours' };
              sent.push(id);
              return e.result === 'done' ? done(id) : { step: id, result: 'suppressed', reason: 'cooldown' };
            });
            state = afterPerform(state, line, results, now);
          }
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
        expect(ended).toBe(true);
        expect(new Set(sent).size).toBe(sent.length);
      }),
    );
  });

  test('an upgrade ends it with the next move', () => {
    fc.assert(
      fc.property(plays, fc.nat({ max: 8 }), (steps, index) => {
        const line: Instruction[] = compilePlay(steps);
        const state = { ...start(), outcome: 'upgraded' as const, stepIndex: index };
        expect(nextMove(state, line, T0)).toEqual({ kind: 'end', outcome: 'upgraded' });
      }),
    );
  });
});
