import { beginAttempt, markSending, type Store, type Tx } from '../../store/index.ts';
import { T0 } from './store-rows.ts';

export const HANDED_OVER = { now: T0, wireNow: 1_000_000 };

/** Takes a claimed effect past its first byte, at T0: what comes next is its outcome. */
export async function handOver(tx: Tx, { vault }: Store, key: string): Promise<void> {
  await beginAttempt(tx, vault, key, { ...HANDED_OVER, timeoutMs: 1_000, judged: true });
  await markSending(tx, key, 1, HANDED_OVER);
}
