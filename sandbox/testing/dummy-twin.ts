import type { MakeTwin, TwinContext, WorldRow } from '../frame/types.ts';

/** The smallest vendor: takes things over HTTP, remembers them, and can be made to call the hub. */
export function dummyVendor() {
  const seen = { rows: [] as WorldRow[], things: [] as unknown[], context: null as TwinContext | null };
  const make: MakeTwin = (context) => {
    seen.context = context;
    return {
      name: 'dummy',
      apply: (row) => {
        seen.rows.push(row);
      },
      routes: (server) => {
        server.post('/things', async (request) => {
          seen.things.push(request.body);
          context.record({ kind: 'task_created', account: null, id: String(seen.things.length), summary: 'a thing' });
          return { id: seen.things.length, words: 'enough text to be cut in half' };
        });
        server.get('/things', async () => seen.things);
      },
      view: (server) => {
        server.get('/_view', async () => 'a page');
      },
      acts: {
        call_hub: async ({ path }) =>
          context.deliver({
            path: String(path),
            method: 'POST',
            headers: { 'content-type': 'text/plain', authorization: `Bearer ${context.secrets.SLACK_BOT_TOKEN}` },
            body: 'hello',
            retry: { attempts: 3, firstWaitMs: 5 },
          }),
      },
    };
  };
  return { make, seen };
}
