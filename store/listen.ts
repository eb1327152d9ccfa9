import type { Store } from './open.ts';

export type StoreChannel = 'headroom_outbox' | 'headroom_inbox' | 'headroom_pause';

const RECONNECT_MS = 1_000;

/**
 * Calls `onNews` after each commit that put something into the outbox or inbox, or paused a connection, by any process.
 * A hint only: those who wait for it also look by themselves now and then. After a lost connection it connects anew and calls for each channel.
 * @returns how to stop listening
 */
export async function listen(
  store: Store,
  channels: StoreChannel[],
  onNews: (channel: StoreChannel, payload: string) => void,
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
    client.on('notification', ({ channel, payload }) => {
      const known = channels.find((c) => c === channel);
      if (known) onNews(known, payload ?? '');
    });
    for (const channel of channels) await client.query(`listen ${channel}`);
    if (stopped) release();
  };
  const reconnect = () => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      connect().then(
        () => {
          for (const channel of channels) onNews(channel, '');
        },
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
