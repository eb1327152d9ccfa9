import { expect, test } from 'vitest';
import { aReport } from '../testing/answers.ts';
import { fakeHub } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const report = aReport();

test('the report counts, and says who gets the credit', async () => {
  const hub = await fakeHub({ 'GET /report': report });
  const { code, out } = await runCommand(['report'], { env: hub.env });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "1,240 accounts
      trigger events  usage_80 12, usage_95 3
      became          done 15
      journeys        running 1
      touches         email 11 (10 confirmed)
      not sent        4 × Earlier prompts stayed without an answer; the customer is left alone for a while.
      not sent        1 × The person does not want messages of this kind.
      done            message.send 10
      effects         confirmed 10
      trials          none
      upgrades        2, contractions 1

    Account  Product   A year  Credit to  Touches  Account manager        Why
    acct-1   core      13,000  usage_80         2  kim@tidewater.example  last engaged touch
    acct-2   api      -499.50  nobody           –  –                      nobody had been in contact
    Expansion: 12,500.50 a year"
  `);
});

test('report --json gives what the hub said', async () => {
  const hub = await fakeHub({ 'GET /report': report });
  expect(JSON.parse((await runCommand(['report', '--json'], { env: hub.env })).out)).toEqual(report);
});
