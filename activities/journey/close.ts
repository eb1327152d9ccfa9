import { conditionDeclarations } from '../../config/declarations.ts';
import { compileCondition } from '../../domain/conditions/index.ts';
import type { JourneyEnd, JourneyState } from '../../domain/journey/types.ts';
import {
  endJourney,
  findAccount,
  inTransaction,
  listTriggerEvents,
  loadMeters,
  readTriggerEvents,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { conditionContext } from '../messages/account-view.ts';
import { journeyConfig } from './begin.ts';

/** Ends a journey. `more`: an event came meanwhile that belongs to the next run. */
export async function closeJourney(
  deps: Deps,
  { journeyId, state, end }: { journeyId: string; state: JourneyState; end: JourneyEnd },
): Promise<{ more: boolean }> {
  return await inTransaction(deps.store, async (tx) => {
    const reason = state.suppressed.map(({ step, reason: why }) => `${step}: ${why}`).join('; ') || null;
    await endJourney(tx, journeyId, { outcome: end, reason, state, now: deps.now() });
    const open = await listTriggerEvents(tx, { account: state.account, status: 'open', limit: 200 });
    return { more: open.some((event) => event.product === state.product) };
  });
}

/** The answer to a play's `if`. A condition that cannot be told (a number is missing) is a no. */
export async function answerCondition(
  deps: Deps,
  { journeyId, state, condition }: { journeyId: string; state: JourneyState; condition: string },
): Promise<boolean> {
  const { config } = await journeyConfig(deps, journeyId);
  const compiled = compileCondition(condition, conditionDeclarations(config, 'step'));
  if (!compiled.ok) throw new Error(`the condition "${condition}" of play ${state.play}: ${compiled.message}`);
  return await inTransaction(deps.store, async (tx) => {
    const account = await findAccount(tx, state.account);
    if (!account) return false;
    const meters = (await loadMeters(tx, [state.account])).filter((meter) => meter.product === state.product);
    const [lead] = await readTriggerEvents(tx, [state.subject]);
    const meter = meters.find((one) => one.metric === lead?.metric) ?? null;
    return compiled.run({ ...conditionContext(account, meters, meter), outcome: state.outcome });
  });
}
