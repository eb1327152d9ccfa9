import { asyncLocalStorage, type Context } from '@temporalio/activity';

const BEAT_MS = 1_000;

/** When each running activity began, on the monotonic clock. */
const began = new WeakMap<Context, number>();

/** Beats while `work` runs, so that a worker killed with -9 is noticed in seconds, not at the end of the timeout. */
export async function beating<R>(work: () => Promise<R>): Promise<R> {
  const context = asyncLocalStorage.getStore();
  if (!context) throw new Error('only an activity beats');
  began.set(context, performance.now());
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Until the activity around this call times out; null outside of one, as in an HTTP handler. */
export function activityMsLeft(): number | null {
  const context = asyncLocalStorage.getStore();
  const start = context && began.get(context);
  return context && start !== undefined ? start + context.info.startToCloseTimeoutMs - performance.now() : null;
}
