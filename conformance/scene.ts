import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { OpenConnection } from '../activities/connections.ts';
import type { Scene, Settings } from '../connectors/kit/conformance.ts';
import { callWithin } from '../connectors/kit/time-limit.ts';
import { type Frame, startFrame } from '../sandbox/frame/frame.ts';
import type { RunningTwin } from '../sandbox/frame/twin-server.ts';
import type { Core } from '../server/core.ts';
import { type ConnectionPlan, connectHub } from './connect.ts';
import { type HubServer, serveHub } from './hub-server.ts';
import type { Lane } from './place.ts';
import type { Subject } from './subject.ts';
import { accountId, adminOf, managerOf, writeWorld } from './world.ts';

/** A read of many pages on a busy machine. */
const READ_MS = 30_000;

export interface OpenScene extends Scene {
  subject: Subject;
  lane: Lane;
  frame: Frame;
  /** @throws where the subject has no twin */
  twin: () => RunningTwin;
  core: Core;
  open: OpenConnection;
  plan: ConnectionPlan;
  /** Null unless asked for. */
  hub: HubServer | null;
  close: () => Promise<void>;
}

/** A fresh twin with a small world, and the hub's core connected to it. Close it when the cell is played. */
export async function openScene(
  subject: Subject,
  lane: Lane,
  options: { settings?: Settings; accounts?: number; hub?: boolean } = {},
): Promise<OpenScene> {
  const { name } = subject;
  const id = `conf_${randomBytes(6).toString('hex')}`;
  const folder = mkdtempSync(path.join(lane.folder, 'scene-'));
  const now = new Date();
  const frame = await startFrame({
    twins: subject.twin ? { [name]: subject.twin } : {},
    clock: { startedAt: now.toISOString(), epoch: now.toISOString(), scale: 1 },
    seed: 'conformance',
  });
  const accounts = options.accounts ?? 1;
  if (accounts > 0) await frame.play(writeWorld(folder, accounts, now));
  const running = frame.running[name];
  const plan: ConnectionPlan = {
    connection: id,
    settings: typeof options.settings === 'function' ? options.settings(id) : { ...options.settings },
    url: running?.url ?? 'http://127.0.0.1:9',
    secrets: frame.secrets,
  };
  const core = await connectHub(subject, plan, lane).catch(async (error: unknown) => {
    await frame.stop();
    throw error;
  });
  const open = core.deps.connections.get(id);
  if (!open) throw new Error(`${id} was not opened`);
  const hub = options.hub ? await serveHub(core, lane.dataKey) : null;
  if (hub) frame.setHub(hub.url);
  const account = accountId(0);
  return {
    id,
    account,
    email: adminOf(account).email,
    userId: adminOf(account).id,
    managerEmail: managerOf(account).email,
    now: now.toISOString(),
    capabilities: open.capabilities,
    call: () => callWithin(READ_MS),
    act: (act, input) => frame.actOn(name, act, input),
    ledger: () => frame.ledger.entries,
    subject,
    lane,
    frame,
    twin: () => {
      if (!running) throw new Error(`${name} has no twin`);
      return running;
    },
    core,
    open,
    plan,
    hub,
    close: async () => {
      await hub?.close();
      await core.close();
      await frame.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
