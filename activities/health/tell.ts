import type { AlertInput } from '../../connectors/kit/capabilities.ts';
import { WHAT_TO_DO } from '../../domain/connection/judge.ts';
import type { Errand } from '../../domain/errand.ts';
import { findTransition, inTransaction } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { effectKey } from '../effects/key.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal } from '../effects/verdicts.ts';
import { markerOf, noConnection, openWith } from '../journey/alert.ts';

type News = Pick<AlertInput, 'title' | 'why' | 'recommendation'>;

/** Tells the owner of connections that one of them is in trouble, or out of it. */
export async function tellTransition(
  deps: Deps,
  { transition: id }: Extract<Errand, { kind: 'tell_transition' }>,
): Promise<EffectOutcome<unknown>> {
  const transition = await inTransaction(deps.store, (tx) => findTransition(tx, id));
  if (!transition) return { kind: 'suppress', reason: 'nothing_to_send', detail: 'it was too long ago' };
  const { connection, state, reason, detail, fromReason } = transition;
  const news: News =
    reason === null
      ? {
          title: `${connection} is healthy again`,
          why: `It was: ${wordsOf(fromReason)}.`,
          recommendation: 'Nothing is left to do.',
        }
      : {
          title: `${connection} is ${state}: ${wordsOf(reason)}`,
          why: detail ?? wordsOf(reason),
          recommendation: WHAT_TO_DO[reason].replaceAll('NAME', connection),
        };
  return await tell(deps, connection, `connection/${connection}/${id}`, news);
}

/** Warns of a credential that ends. */
export async function tellExpiry(
  deps: Deps,
  { connection, secret, expiresAt, days }: Extract<Errand, { kind: 'tell_expiry' }>,
): Promise<EffectOutcome<unknown>> {
  const on = expiresAt.slice(0, 10);
  return await tell(deps, connection, `connection/${connection}/${secret}/${on}/${days}`, {
    title: `${secret} of ${connection} ends on ${on}`,
    why: `The config says so. From then on ${connection} would refuse us, and stand still.`,
    recommendation: WHAT_TO_DO.credentials_expiring,
  });
}

async function tell(deps: Deps, connection: string, subject: string, news: News): Promise<EffectOutcome<unknown>> {
  const chat = openWith(deps, 'chat');
  // What cannot speak cannot tell of itself: then the log and `status` have to do.
  if (!chat || chat.name === connection) return noConnection('chat');
  const key = effectKey({ subject, step: 'health', operation: 'chat.postAlert' });
  return await performEffect(deps, {
    connection: chat,
    operation: 'chat.postAlert',
    about: internalEffect({ key, account: '' }),
    render: async () => ({
      input: {
        ...news,
        to: deps.configs.current().config.routing.fallback.slack,
        meters: [],
        forecast: null,
        facts: [],
        buttons: [],
        status: null,
        version: 1,
        marker: markerOf(key),
      },
    }),
    decide: forInternal,
  });
}

function wordsOf(reason: string | null): string {
  return (reason ?? 'in trouble').replaceAll('_', ' ');
}
