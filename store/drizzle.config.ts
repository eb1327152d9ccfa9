import { defineConfig } from 'drizzle-kit';

/** `npx drizzle-kit generate --config store/drizzle.config.ts --name what-changed` writes the next migration. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './store/schema/index.ts',
  out: './store/migrations',
  casing: 'snake_case',
});
