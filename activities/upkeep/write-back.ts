import { modeAfterUpgrade } from '../../domain/onboarding/mode.ts';
import { inTransaction } from '../../store/index.ts';
import { nextWriteBack, type Outcome } from '../../store/write-back.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { performEffect } from '../effects/perform.ts';
import { forInternal } from '../effects/verdicts.ts';

const BATCH = 500;

/** Tells the analytics tools what we saw and what came of it, in batches. @returns how many outcomes */
export async function writeBackOutcomes(deps: Deps): Promise<number> {
  // Told later, with their true dates, once the company acts at all.
  if (modeAfterUpgrade(deps.configs.current().config) === 'shadow') return 0;
  let told = 0;
  for (const open of deps.connections.all.filter((one) => one.capabilities.usage?.writeBack)) {
    const { name: connection } = open;
    const next = await inTransaction(deps.store, (tx) =>
      nextWriteBack(tx, { connection, limit: BATCH, now: deps.now() }),
    );
    const [first] = next?.outcomes ?? [];
    if (!next || !first) continue;
    const outcome = await performEffect(deps, {
      connection: open,
      operation: 'usage.writeBack',
      // A batch has many accounts; the first one stands for it in the ledger.
      about: internalEffect({ key: next.batch, account: first.account }),
      render: async () => ({ input: next.outcomes.map(toEvent) }),
      decide: forInternal,
    });
    if (outcome.kind === 'done') told += next.outcomes.length;
  }
  return told;
}

function toEvent({ name, account, product, trigger, acvCents, at }: Outcome) {
  return {
    name,
    account,
    at,
    properties: {
      product,
      ...(trigger === null ? {} : { trigger }),
      ...(acvCents === null ? {} : { acv_cents: acvCents }),
    },
  };
}
