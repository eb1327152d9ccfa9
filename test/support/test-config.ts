import fs from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import type { ConfigInput } from '../../config/schema/index.ts';

const EXAMPLE = path.join(import.meta.dirname, '..', '..', 'config', 'examples', 'tidewater');

/** The example company's config as written, before it is checked. */
export type ExampleConfig = ConfigInput & Required<Pick<ConfigInput, 'facts' | 'guardrails' | 'trials'>>;

/**
 * A copy of the example company in a folder: usage comes from a file that the test writes, two readings are enough to
 * set a level off, waits and trials are short, messages may leave at any hour (calendars have tests of their own), and
 * nothing is given up because a fast clock ran on.
 * @param change what a test needs otherwise
 */
export function writeTestConfig(folder: string, usageFile: string, change: (config: ExampleConfig) => void): void {
  fs.cpSync(EXAMPLE, folder, { recursive: true });
  const file = path.join(folder, 'headroom.yaml');
  // Safe: the example is checked against this very schema by its own test.
  const config = parse(fs.readFileSync(file, 'utf8')) as ExampleConfig;
  config.connections.product_usage = { connector: 'file', mode: 'live', path: usageFile };
  for (const [name, metric] of Object.entries(config.metrics)) metric.read = { metric: name };
  for (const [name, fact] of Object.entries(config.facts)) fact.read = { metric: name };
  for (const trigger of Object.values(config.triggers)) if (trigger.held_for) trigger.held_for = '2 readings';
  for (const step of Object.values(config.plays).flatMap(({ steps }) => steps)) {
    if ('wait_for' in step) step.wait_for.up_to = '2d';
  }
  Object.assign(config.trials, { length: '3d', remind_before: '1d' });
  Object.assign(config.guardrails, {
    quiet_hours: { from: '00:00', to: '00:00', weekends: false, zone: 'account' },
    first_sight: { release_per_day: 20, max_age: '60d' },
    hold_at_most: '60d',
  });
  change(config);
  fs.writeFileSync(file, stringify(config));
}
