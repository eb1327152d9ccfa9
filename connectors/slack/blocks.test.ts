import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../kit/errors.ts';
import { alertMessage } from './blocks.ts';
import { alertInput } from './testing/alert.ts';
import { blockProblems } from './twin/block-limits.ts';

describe('the alert', () => {
  test('shows usage, facts, reason, action and buttons', () => {
    expect(alertMessage(alertInput())).toMatchInlineSnapshot(`
      {
        "blocks": [
          {
            "text": {
              "emoji": true,
              "text": "Acme is close to its limit of API calls",
              "type": "plain_text",
            },
            "type": "header",
          },
          {
            "text": {
              "text": "*API calls*
      ███████████████████░ 95 % · 9,512 of 10,000 calls · about 9 days left",
              "type": "mrkdwn",
            },
            "type": "section",
          },
          {
            "fields": [
              {
                "text": "*Account*
      Acme &amp; Sons (a_0001)",
                "type": "mrkdwn",
              },
              {
                "text": "*Contact*
      Zoë &lt;zoe@acme.example&gt;",
                "type": "mrkdwn",
              },
              {
                "text": "*Plan*
      Starter",
                "type": "mrkdwn",
              },
              {
                "text": "*ARR*
      $19,164",
                "type": "mrkdwn",
              },
              {
                "text": "*Recommended*
      Team",
                "type": "mrkdwn",
              },
              {
                "text": "*Trend*
      up 18 % in 4 weeks",
                "type": "mrkdwn",
              },
            ],
            "type": "section",
          },
          {
            "text": {
              "text": "*Why*
      usage_95: 95.1 % of the limit for two readings",
              "type": "mrkdwn",
            },
            "type": "section",
          },
          {
            "text": {
              "text": "*Recommended action*
      Call this week and offer the trial of Team.",
              "type": "mrkdwn",
            },
            "type": "section",
          },
          {
            "block_id": "headroom_actions",
            "elements": [
              {
                "action_id": "start_trial",
                "confirm": {
                  "confirm": {
                    "text": "Yes",
                    "type": "plain_text",
                  },
                  "deny": {
                    "text": "Not now",
                    "type": "plain_text",
                  },
                  "text": {
                    "text": "Acme gets Team for 14 days.",
                    "type": "plain_text",
                  },
                  "title": {
                    "text": "Start 14-day trial",
                    "type": "plain_text",
                  },
                },
                "style": "primary",
                "text": {
                  "emoji": true,
                  "text": "Start 14-day trial",
                  "type": "plain_text",
                },
                "type": "button",
                "value": "offer_1",
              },
              {
                "action_id": "on_it",
                "text": {
                  "emoji": true,
                  "text": "I'm on it",
                  "type": "plain_text",
                },
                "type": "button",
                "value": "event_1",
              },
            ],
            "type": "actions",
          },
        ],
        "text": "Acme is close to its limit of API calls · API calls: 95 % · 9,512 of 10,000 calls · about 9 days left",
      }
    `);
  });

  test('loses its buttons and says why when it is final', () => {
    const { blocks } = alertMessage(alertInput({ buttons: [], status: 'Trial started by Ana at 14:02' }));
    expect(JSON.stringify(blocks)).not.toContain('"actions"');
    expect(blocks.at(-1)).toEqual({
      type: 'context',
      elements: [{ type: 'mrkdwn', text: 'Trial started by Ana at 14:02' }],
    });
  });

  test('draws no bar where there is no limit', () => {
    const meters = [{ name: 'Events', used: 5, limit: null, utilization: null, unit: 'events' }];
    expect(JSON.stringify(alertMessage(alertInput({ meters })).blocks)).not.toMatch(/[█░]/);
  });

  test('refuses a button value that Slack would cut, since it is an id', () => {
    const buttons = [{ action: 'on_it' as const, label: 'On it', value: 'x'.repeat(2001) }];
    expect(() => alertMessage(alertInput({ buttons }))).toThrow(InvalidInputError);
  });

  test('whatever it is told, Slack takes the blocks', () => {
    const long = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .chain((text) => fc.constantFrom(1, 40, 900).map((times) => text.repeat(times)));
    const meter = fc.record({
      name: long,
      used: fc.double({ min: 0, max: 1e9, noNaN: true }),
      limit: fc.option(fc.integer({ min: 1, max: 1e9 })),
      utilization: fc.option(fc.double({ min: 0, max: 3, noNaN: true })),
      unit: long,
    });
    const input = fc.record({
      title: long,
      meters: fc.array(meter, { maxLength: 12 }),
      forecast: fc.option(long),
      facts: fc.array(fc.record({ label: long, value: fc.oneof(long, fc.constant('')) }), { maxLength: 30 }),
      why: fc.oneof(long, fc.constant('')),
      recommendation: long,
      status: fc.option(long),
      label: long,
      confirm: long,
    });
    fc.assert(
      fc.property(input, ({ label, confirm, ...rest }) => {
        const buttons = [{ action: 'start_trial' as const, label, value: 'offer_1', confirm }];
        const { text, blocks } = alertMessage(alertInput({ ...rest, buttons }));
        expect(blockProblems(blocks)).toEqual([]);
        expect(text.length).toBeLessThan(4_000);
      }),
      { numRuns: 60 },
    );
  });
});
