import type { Store } from './open.ts';

export type StoreChannel = 'headroom_outbox' | 'headroom_inbox';

const RECONNECT_MS = 1_000;

/**
 * Calls `onNews` after each commit that put something into the outbox or inbox, by any process. A hint only:
 * dispatchers also look by themselves now and then. After a lost connection it connects anew and calls for each channel.
 * @returns how to stop listening
 */
export async function listen(
  store: Store,
  channels: StoreChannel[],
  onNews: (channel: StoreChannel) => void,
): Promise<() => void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let release = () => {};

  const connect = async () => {
    const client = await store.pool.connect();
    let released = false;
    release = () => {
      if (released) return;
      released = true;
      client.removeAllListeners('notification');
      // Closed, not reused: the next user of the connection must not inherit its LISTEN.
      client.release(true);
    };
    client.on('error', () => {
      release();
      reconnect();
    });
    client.on('notification', ({ channel }) => {
      const known = channels.find((c) => c === channel);
      if (known) onNews(known);
    });
    for (const channel of channels) await client.query(`listen ${channel}`);
    if (stopped) release();
  };
  const reconnect = () => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      connect().then(
        () => channels.forEach(onNews),
        () => {
          release();
          reconnect();
        },
      );
    }, RECONNECT_MS);
  };

  await connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    release();
  };
}
