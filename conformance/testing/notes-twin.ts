import type { MakeTwin } from '../../sandbox/frame/types.ts';

interface Note {
  id: string;
  ref: string;
  text: string;
}

/** A vendor made up for the suite's own tests: notes, written with or without a key, listed two at a time. */
export const makeNotesTwin: MakeTwin = (context) => {
  const notes: Note[] = [];
  const accounts: string[] = [];
  const keys = new Map<string, Note>();
  return {
    name: 'notes',
    acts: {},
    apply: (row) => {
      if (row.type === 'account') accounts.push(row.account);
    },
    routes: (server) => {
      server.addHook('onRequest', async (request, reply) => {
        if (request.headers.authorization === `Bearer ${context.secrets.NOTES_TOKEN}`) return;
        return reply.code(401).send({ error: 'unknown token' });
      });
      server.get('/check', async () => ({ ok: true }));
      server.post<{ Body: { ref: string; text: string } }>('/notes', async (request) => {
        const key = request.headers['idempotency-key'];
        const known = typeof key === 'string' ? keys.get(key) : undefined;
        if (known) return known;
        const note = { id: String(notes.length + 1), ...request.body };
        notes.push(note);
        if (typeof key === 'string') keys.set(key, note);
        context.record({ kind: 'task_created', account: null, id: note.id, key: note.ref, summary: note.text });
        return note;
      });
      server.get<{ Querystring: { ref?: string } }>('/notes', async ({ query }) => ({
        notes: notes.filter(({ ref }) => query.ref === undefined || ref === query.ref),
      }));
      server.get<{ Querystring: { after?: string } }>('/accounts', async ({ query: { after = '0' } }) => {
        const from = Number(after);
        const page = accounts.slice(from, from + 2).map((id) => ({ id }));
        return { accounts: page, next: from + 2 < accounts.length ? String(from + 2) : null };
      });
    },
  };
};
