import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { isSealed, sealingCodec } from '../../server/temporal/codec.ts';
import { FAILURE_CONVERTER, sealedConverter } from '../../server/temporal/converter.ts';
import { fixedRing } from '../../store/index.ts';
import * as workflows from '../../workflows/index.ts';
import { HISTORIES } from '../support/histories.ts';
import { payloadsIn, throughCodec } from '../support/payloads.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const ring = fixedRing([randomBytes(32)]);
const dataConverter = sealedConverter(ring);
const codec = sealingCodec(ring);
const files = fs.readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
/** Temporal's name of the worker's code: the one thing with an @ that is no address. */
const SDK = /@temporalio\/worker@[\d.]+\+\w+/;
const scenarioOf = (file: string) => /^\d+\.\d+\.\d+-(.+)\.json$/.exec(file)?.[1] ?? '';
const read = (file: string) => historyFromJSON(JSON.parse(fs.readFileSync(path.join(HISTORIES, file), 'utf8')));

describe('the recorded histories', () => {
  test('are of known scenarios, and no scenario is without one', () => {
    expect([...new Set(files.map(scenarioOf))].sort()).toEqual(Object.keys(SCENARIOS).sort());
  });

  test('cover every workflow type there is', () => {
    expect([...new Set(Object.values(SCENARIOS))].sort()).toEqual(Object.keys(workflows).sort());
  });

  test.each(files)('%s is small, of its workflow type, and names no person and no machine', (file) => {
    const text = fs.readFileSync(path.join(HISTORIES, file), 'utf8');
    expect(text.length).toBeLessThan(200_000);
    const started = read(file).events?.[0]?.workflowExecutionStartedEventAttributes;
    // Safe: the first test says so.
    expect(started?.workflowType?.name).toBe(SCENARIOS[scenarioOf(file) as Scenario]);
    const addresses = allText(JSON.parse(text)).flatMap(
      (part) => part.replace(SDK, '').match(/[\w.+-]+@[\w.-]+/g) ?? [],
    );
    expect(addresses.filter((address) => !address.endsWith('.example'))).toEqual([]);
  });
});

describe('the workflows as they are now', () => {
  let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;
  beforeAll(async () => {
    // The replays themselves say what is wrong; the worker around each has nothing to add.
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
    });
    const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
    const logger = new DefaultLogger('ERROR');
    workflowBundle = await bundleWorkflowCode({ workflowsPath, failureConverterPath: FAILURE_CONVERTER, logger });
  });

  // Recorded in plain text, as runs were before payloads were sealed: they must go on under the codec.
  test.each(files)('go through %s as it went', async (file) => {
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, read(file), file);
  });

  test.each(files)('go through %s with its payloads sealed', async (file) => {
    const sealed = await throughCodec(read(file), codec.encode);
    expect(payloadsIn(sealed).every(isSealed)).toBe(true);
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, sealed, file);
  });

  test('do not go through a run whose key is not there', async () => {
    const [file = ''] = files;
    const elsewhere = fixedRing([randomBytes(32)]);
    const sealed = await throughCodec(read(file), sealingCodec(elsewhere).encode);
    const told: string[] = [];
    const telling = sealedConverter(fixedRing(ring.all(), ({ keyId }) => told.push(keyId)));
    await expect(Worker.runReplayHistory({ workflowBundle, dataConverter: telling }, sealed)).rejects.toThrow(
      /workflow task failure/,
    );
    expect(told).toEqual([elsewhere.newest().id]);
  });

  test('are told apart from those that would do something else', async () => {
    const [file = ''] = files.filter((name) => scenarioOf(name) === 'journey-upgraded');
    const history = read(file);
    for (const event of history.events ?? []) {
      const { activityType } = event.activityTaskScheduledEventAttributes ?? {};
      if (activityType?.name === 'sendMessage') activityType.name = 'alertPerson';
    }
    await expect(Worker.runReplayHistory({ workflowBundle, dataConverter }, history)).rejects.toThrow(/[Nn]ondetermin/);
  });
});

/** Every text in a history, payloads decoded. */
function allText(value: unknown): string[] {
  if (typeof value === 'string') return [value, Buffer.from(value, 'base64').toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(allText);
}
