/**
 * The hub as the bench runs it: a process of its own that may be killed, with the load's workflow beside ours. Prints
 * one line of JSON when it is ready; ends on SIGTERM, or when standard input closes (its parent is gone).
 */
import { fileURLToPath } from 'node:url';
import { runUp } from '../../server/hub.ts';
import type { UpOptions } from '../../server/options.ts';
import { type Place, serve } from '../../server/serve.ts';
import type { Work } from '../../server/worker.ts';
import { loadActivities } from './activities.ts';

export type HubTask =
  | { form: 'up'; options: Omit<UpOptions, 'progress'> }
  | { form: 'part'; folders: { configDir: string; dataDir: string }; place: Omit<Place, 'work'> };

const work: Work = {
  workflowsPath: fileURLToPath(new URL('./workflow.ts', import.meta.url)),
  activities: loadActivities,
};

// Safe: written by the bench itself, from this very type.
const task = JSON.parse(process.argv[2] ?? '') as HubTask;
const progress = () => {};
const running =
  task.form === 'up'
    ? await runUp({ ...task.options, progress }, work)
    : await serve({ ...task.folders, progress }, { ...task.place, work });
const asked = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.stdin.once('close', () => resolve());
  process.stdin.resume();
});
process.stdout.write(`${JSON.stringify({ addresses: running.addresses })}\n`);
await Promise.race([asked, running.ended]);
await running.stop();
process.exit(0);
