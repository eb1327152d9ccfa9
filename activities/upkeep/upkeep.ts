import { Context } from '@temporalio/activity';
import {
  eraseOldPayloads,
  expireOffers,
  expirePrompts,
  forgetLinks,
  forgetSent,
  inTransaction,
  listSweeps,
  releaseAtStart,
} from '../../store/index.ts';
import { takeBackUnpaid } from '../billing/take-back-unpaid.ts';
import type { Deps } from '../deps.ts';
import { liftPauses } from './lift-pauses.ts';
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
  const writtenBack = await writeBackOutcomes(deps);
  beat();
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
    silent: await silentSources(deps),
    writtenBack,
    lifted,
    takenBack,
  };
}

/** A sweep takes place at most once a second: on a fast clock that alone is many hours. */
const SWEEPS_MISSED = 4;

/** Usage sources that have not been read for longer than their metrics allow: nothing they say may be trusted as fresh. */
async function silentSources(deps: Deps): Promise<string[]> {
  const { metrics } = deps.configs.current().config;
  const sweeps = await inTransaction(deps.store, (tx) => listSweeps(tx));
  const silent = sweeps.filter(({ connection, lastFinishedAt, lastStartedAt }) => {
    const patience = Object.values(metrics)
      .filter((metric) => metric.from === connection)
      .map((metric) => Math.max(metric.stale_after, SWEEPS_MISSED * 1_000 * deps.clock.scale));
    const heard = lastFinishedAt ?? lastStartedAt;
    const age = heard === null ? 0 : Date.parse(deps.now()) - Date.parse(heard);
    return patience.length > 0 && age > Math.min(...patience);
  });
  for (const { connection, lastFinishedAt } of silent) {
    deps.log.warn({ connection, lastFinishedAt }, 'this source has been silent for too long');
  }
  return silent.map(({ connection }) => connection);
}
