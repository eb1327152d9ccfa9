import { Context } from '@temporalio/activity';
import {
  eraseOldPayloads,
  expireOffers,
  expirePrompts,
  forgetLinks,
  forgetSent,
  inTransaction,
  releaseAtStart,
} from '../../store/index.ts';
import { takeBackUnpaid } from '../billing/take-back-unpaid.ts';
import type { Deps } from '../deps.ts';
import { silentSources } from '../health/silent.ts';
import { applyBrakes } from './brake.ts';
import { liftPauses } from './check-credentials.ts';
import { settleDoubts } from './settle-doubts.ts';
import { writeBackOutcomes } from './write-back.ts';

const DAY_MS = 86_400_000;
const PAYLOADS_KEPT_MS = 90 * DAY_MS;
const SENT_KEPT_WIRE_MS = 7 * DAY_MS;

export interface UpkeepDone {
  settled: number;
  again: number;
  unclear: number;
  expiredOffers: number;
  expiredPrompts: number;
  released: number;
  silent: string[];
  writtenBack: number;
  lifted: string[];
  takenBack: number;
  braked: string[];
}

/** Everything that nobody else is waiting for. Each part stands alone: one that fails does not keep the others back. */
export async function upkeep(deps: Deps): Promise<UpkeepDone> {
  const { config } = deps.configs.current();
  const now = deps.now();
  const ago = (ms: number) => new Date(Date.parse(now) - ms).toISOString();
  const beat = () => Context.current().heartbeat();

  const { settled, again, unclear } = await settleDoubts(deps);
  beat();
  const takenBack = await inTransaction(deps.store, (tx) => takeBackUnpaid(tx, config, null, now));
  const expiredOffers = await inTransaction(deps.store, (tx) => expireOffers(tx, now));
  const expiredPrompts = (await inTransaction(deps.store, (tx) => expirePrompts(tx, now))).length;
  const released = (
    await inTransaction(deps.store, (tx) =>
      releaseAtStart(tx, { perDay: config.guardrails.first_sight.release_per_day, now }),
    )
  ).length;
  beat();
  const lifted = await liftPauses(deps);
  const braked = await applyBrakes(deps);
  const writtenBack = await writeBackOutcomes(deps);
  beat();
  const silent = await inTransaction(deps.store, (tx) => silentSources(deps, tx));
  await inTransaction(deps.store, async (tx) => {
    await eraseOldPayloads(tx, ago(PAYLOADS_KEPT_MS));
    await forgetLinks(tx, now);
    await forgetSent(tx, deps.wireNow() - SENT_KEPT_WIRE_MS);
  });
  return {
    settled,
    again,
    unclear,
    expiredOffers,
    expiredPrompts,
    released,
    silent: [...silent.keys()],
    writtenBack,
    lifted,
    takenBack,
    braked,
  };
}
