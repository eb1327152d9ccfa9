import { Context } from '@temporalio/activity';

const BEAT_MS = 1_000;

/** Beats while `work` runs, so that a worker killed with -9 is noticed in seconds, not at the end of the timeout. */
export async function beating<R>(work: () => Promise<R>): Promise<R> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
