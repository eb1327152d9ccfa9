import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessToken, TokenKeeper } from '../connectors/kit/connector.ts';
import { TransientError } from '../connectors/kit/errors.ts';
import type { Call } from '../connectors/kit/operation.ts';
import { atMost, withDeadline } from '../connectors/kit/time-limit.ts';
import {
  dropConnectionToken,
  dropTokenLease,
  inTransaction,
  readConnectionToken,
  type Store,
  saveConnectionToken,
  takeTokenLease,
} from '../store/index.ts';

const LEASE_MS = 30_000;
/** The refresh ends before its lease does: two must never be under way. */
const REFRESH_MS = LEASE_MS - 5_000;
/** A token that ends within this is not begun with. */
const MARGIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** Access tokens of one connection, kept sealed in the store: one worker gets the next one, the others wait for it. */
export function keepTokens(
  store: Store,
  connection: string,
  { wireNow, leaseMs = LEASE_MS }: { wireNow: () => number; leaseMs?: number },
): TokenKeeper {
  let known: AccessToken | null = null;
  const fresh = ({ expiresAt }: AccessToken) => expiresAt === null || expiresAt - wireNow() > MARGIN_MS;

  async function refreshed(owner: string, refresh: (call: Call) => Promise<AccessToken>, call: Call) {
    try {
      const within = atMost(call, REFRESH_MS);
      const token = await withDeadline(within, refresh(within), { connector: connection, operation: 'token' });
      const sealed = { value: token.value, wireExpiresAt: token.expiresAt };
      const kept = await inTransaction(store, (tx) => saveConnectionToken(tx, store.vault, connection, owner, sealed));
      return kept ? token : null;
    } catch (error) {
      await inTransaction(store, (tx) => dropTokenLease(tx, connection, owner));
      throw error;
    }
  }

  return {
    use: async (refresh, call) => {
      const owner = randomUUID();
      for (;;) {
        if (known && fresh(known)) return known.value;
        const { value, wireExpiresAt, generation } = await inTransaction(store, (tx) =>
          readConnectionToken(tx, store.vault, connection),
        );
        known = value === null ? null : { value, expiresAt: wireExpiresAt };
        if (known && fresh(known)) return known.value;
        if (call.signal.aborted || performance.now() >= call.deadline) {
          const origin = { connector: connection, operation: 'token' };
          throw new TransientError('the deadline passed while another worker was getting a token', origin);
        }
        const lease = { generation, wireNow: wireNow(), leaseMs };
        if (await inTransaction(store, (tx) => takeTokenLease(tx, connection, owner, lease))) {
          known = await refreshed(owner, refresh, call);
          if (known) return known.value;
        }
        await sleep(LOOK_AGAIN_MS);
      }
    },
    drop: async (value) => {
      if (known?.value === value) known = null;
      await inTransaction(store, (tx) => dropConnectionToken(tx, store.vault, connection, value));
    },
  };
}
