import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cell, Score } from '../../conformance/cell.ts';
import { openPlace, type Place } from '../../conformance/place.ts';
import { runConformance } from '../../conformance/run.ts';
import { subjects as ours } from '../../conformance/subjects.ts';
import { type NotesName, subjects } from '../../conformance/testing/notes-subjects.ts';
import { type ReadFault, WEBHOOK_FAULTS, type WriteFault } from '../../connectors/kit/conformance.ts';
import '../support/postgres-setup.ts';

/** The suite put to the test itself: honest connectors pass, and each kind of liar fails where it lies. */
let place: Place;
beforeAll(async () => {
  place = await openPlace(inject('databaseUrl'));
});
afterAll(() => place.close());

async function scoreOf(name: NotesName, only?: { writes?: WriteFault[]; reads?: ReadFault[] }): Promise<Score> {
  const subject = subjects[name];
  if (!subject) throw new Error(`no subject ${name}`);
  const [score] = await runConformance([subject], {
    place,
    lanes: 6,
    only: only && [...(only.writes ?? []), ...(only.reads ?? [])],
  });
  if (!score) throw new Error('one connector has one score');
  return score;
}

const failed = (score: Score): string[] =>
  [...score.writes, ...score.reads].flatMap(({ cells }) =>
    Object.entries(cells).flatMap(([fault, cell]: [string, Cell]) =>
      cell.state === 'failed' ? [`${fault}: ${cell.reason}`] : [],
    ),
  );

describe('an honest connector passes every cell', () => {
  test.each(['honest_key', 'honest_find', 'honest_none'] as const)('%s', async (name) => {
    expect(failed(await scoreOf(name))).toEqual([]);
  });
});

describe('one that lies fails', () => {
  test.each([
    ['says_natural', 'accept_then_reset', '2 visible effects'],
    ['says_key', 'accept_then_reset', '2 visible effects'],
    ['finds_nothing', 'error_after', '2 visible effects'],
    ['retries_itself', 'accept_then_reset', '2 visible effects'],
    ['never_announces', 'accept_then_reset', ''],
    ['never_announces', 'process_stopped', 'never awaited call.sending()'],
    ['ignores_deadline', 'outlives_timeout', '2 visible effects'],
    ['ignores_deadline', 'process_stopped', '2 visible effects'],
  ] as const)('%s at %s', async (name, fault, problem) => {
    const score = await scoreOf(name, { writes: [fault] });
    expect(failed(score)).toEqual([expect.stringContaining(problem)]);
  });

  test.each(['page_lost', 'cursor_expired'] as const)('swallows_pages at %s', async (fault) => {
    expect(failed(await scoreOf('swallows_pages', { reads: [fault] }))).toEqual([
      expect.stringContaining('as if it were whole'),
    ]);
  });

  test('a webhook that believes everybody at all that it should refuse', async () => {
    const { slack } = ours;
    if (!slack) throw new Error('Slack has samples');
    const event = () => ({ id: randomUUID(), type: 'chat.action', object: 'o', occurredAt: null, body: null });
    const connect: typeof slack.connector.connect = (deps) => ({
      ...slack.connector.connect(deps),
      receive: () => ({ kind: 'accepted', events: [event()] }),
    });
    const trusting = { ...slack, connector: { ...slack.connector, connect } };
    const [score] = await runConformance([trusting], { place, lanes: 4, only: [...WEBHOOK_FAULTS] });
    const cells = Object.entries(score?.webhooks[0]?.cells ?? {});
    expect(cells.filter(([, { state }]) => state === 'failed').map(([fault]) => fault)).toEqual([
      'forged',
      'stale',
      'from_the_future',
      'repeated',
      'wrong_content_type',
      'secret_rotated',
    ]);
  });

  test('a webhook that no sample tries fails every cell, and says what to add where', async () => {
    const { slack } = ours;
    if (!slack) throw new Error('Slack has samples');
    const { webhook: _, ...conformance } = slack.conformance;
    const only = [...WEBHOOK_FAULTS];
    const [score] = await runConformance([{ ...slack, conformance }], { place, lanes: 1, only });
    const cells = score?.webhooks[0]?.cells ?? {};
    expect(Object.keys(cells)).toEqual(only);
    for (const cell of Object.values(cells)) {
      const reason = expect.stringMatching(/webhook: \{ secret, provoke \} to connectors\/slack\/conformance\.ts/);
      expect(cell).toMatchObject({ state: 'failed', reason });
    }
  });

  test('a webhook that the manifest does not tell of fails whatever is played', async () => {
    const { slack } = ours;
    if (!slack) throw new Error('Slack has samples');
    const { webhook: _, ...conformance } = slack.conformance;
    const connector = { ...slack.connector, manifest: { ...slack.connector.manifest, webhook: false } };
    const quiet = { ...slack, connector, conformance };
    const [score] = await runConformance([quiet], { place, lanes: 1, only: ['unknown_field'] });
    expect(score?.reads.map(({ cells }) => cells.unknown_field)).toEqual([
      expect.objectContaining({ state: 'failed', reason: expect.stringContaining('webhook: true in its manifest') }),
    ]);
  });
});
