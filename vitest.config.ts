import { defineConfig } from 'vitest/config';

/** Tests that need a real PostgreSQL and nothing else. */
const store = ['store/**/*.test.ts', 'test/conformance/**/*.test.ts'];

/** Tests that ask a vendor's own program; the bootstrap makes it. */
const judges = ['test/judges/**/*.test.ts'];

/** Tests that need PostgreSQL and a Temporal server, or that start processes of their own. */
const integration = [
  'test/workflows/**/*.test.ts',
  'test/replay/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'activities/**/*.test.ts',
  'server/**/*.test.ts',
];

/** Kept from vitest's defaults: nothing of ours lives there. */
const never = ['**/node_modules/**', '**/.git/**'];

/**
 * The global set-up knows each project by its name: `unit` and `judges` start nothing, `store` a PostgreSQL, `integration` a
 * PostgreSQL and a Temporal server, one of each for the whole run.
 */
export default defineConfig({
  test: {
    include: [],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, ...store, ...judges, ...integration],
        },
      },
      {
        extends: true,
        test: {
          name: 'store',
          include: store,
          globalSetup: ['test/support/postgres-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'judges', include: judges, testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: integration,
          globalSetup: ['test/support/postgres-setup.ts', 'test/support/temporal-setup.ts'],
          // They wait more than they work, but on clocks that run fast: two at a time, after all others.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['domain/**/*.ts'],
      exclude: ['**/*.test.ts', '**/types.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { branches: 95 },
    },
  },
});
