import type { Store } from './open.ts';

export type StoreChannel = 'headroom_outbox' | 'headroom_inbox';

const RECONNECT_MS = 1_000;

/**
 * Calls `onNews` after each commit that put something into the outbox or inbox, by any process. A hint only: news
 * during a reconnect is missed, so that dispatchers also look by themselves now and then.
 * @returns how to stop listening
 */
export async function listen(
  store: Store,
  channels: StoreChannel[],
  onNews: (channel: StoreChannel) => void,
): Promise<() => void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let release: (() => void) | undefined;

  const connect = async () => {
    const client = await store.pool.connect();
    release = () => {
      release = undefined;
      client.removeAllListeners('notification');
      // Closed, not reused: the next user of the connection must not inherit its LISTEN.
      client.release(true);
    };
    client.on('notification', ({ channel }) => {
      const known = channels.find((c) => c === channel);
      if (known) onNews(known);
    });
    client.once('error', () => {
      release?.();
      retry();
    });
    for (const channel of channels) await client.query(`listen ${channel}`);
    if (stopped) release?.();
  };
  const retry = () => {
    if (!stopped) timer = setTimeout(() => connect().then(() => channels.forEach(onNews), retry), RECONNECT_MS);
  };

  await connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    release?.();
  };
}
