import type { DemoOptions, Running, ServerOptions, UpOptions, WorkerOptions } from '../server/options.ts';
import type { RunSandbox } from './sandbox-run.ts';

/** The programs that commands start. */
export interface Launch {
  up: (options: UpOptions) => Promise<Running>;
  server: (options: ServerOptions) => Promise<Running>;
  worker: (options: WorkerOptions) => Promise<Running>;
  sandbox: RunSandbox;
  /** @returns the exit code */
  demo: (options: DemoOptions) => Promise<number>;
}

/** Loaded only when asked for: `headroom --help` must not wait for Temporal's SDK. */
export const launch: Launch = {
  up: async (options) => (await import('../server/hub.ts')).runUp(options),
  server: async (options) => (await import('../server/hub.ts')).runServer(options),
  worker: async (options) => (await import('../server/hub.ts')).runWorker(options),
  sandbox: async (options) => (await import('./sandbox-run.ts')).runSandbox(options),
  demo: async (options) => (await import('../server/demo/run.ts')).runDemo(options),
};
