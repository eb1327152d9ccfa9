/** POST /api/query/engage: https://docs.mixpanel.com/reference/engage-query */
import { parseFilter } from './expressions.ts';
import { PROJECT } from './project.ts';
import type { Profile } from './project-data.ts';

export const PAGE_SIZE = 1_000;
const SESSIONS_KEPT = 20;

interface Result {
  $distinct_id: string;
  $properties: Profile;
}
export type EngageResult =
  | { error: string }
  | { page: number; page_size: number; session_id: string; status: 'ok'; total: number; results: Result[] };

/** Profiles as they stood at the first page: all pages of a session agree. */
export class EngageQueries {
  readonly #sessions = new Map<string, Result[]>();
  #count = 0;

  run(form: Record<string, string | undefined>, profiles: Map<string, Profile>): EngageResult {
    const page = Number(form.page ?? 0);
    if (!Number.isInteger(page) || page < 0) return { error: `invalid page: ${form.page}` };
    if (page > 0 && !form.session_id) return { error: 'session_id is required for page > 0' };
    const known = form.session_id ? this.#sessions.get(form.session_id) : undefined;
    if (page > 0 && !known)
      return {
        error: `request for page in uncached query for params ${JSON.stringify({ session_id: form.session_id, page })}`,
      };
    const found = known ?? select(form, profiles);
    if ('error' in found) return found;
    const sessionId = known && form.session_id ? form.session_id : this.#open(found);
    const results = found.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    return { page, page_size: PAGE_SIZE, session_id: sessionId, status: 'ok', total: found.length, results };
  }

  #open(results: Result[]): string {
    this.#count += 1;
    const id = `${1_700_000_000 + this.#count}-SANDBX`;
    this.#sessions.set(id, results);
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size > SESSIONS_KEPT && oldest !== undefined) this.#sessions.delete(oldest);
    return id;
  }
}

function select(
  form: Record<string, string | undefined>,
  profiles: Map<string, Profile>,
): Result[] | { error: string } {
  if (form.data_group_id !== undefined && form.data_group_id !== PROJECT.dataGroupId)
    return { error: `unknown data_group_id: ${form.data_group_id}` };
  // Without a group key the question is about users, and this project has profiles of groups only.
  if (form.data_group_id === undefined) return [];
  const matches = form.where ? parseFilter(form.where) : () => true;
  if (matches === null) return { error: `unable to parse expression: ${form.where}` };
  const wanted = form.output_properties === undefined ? null : textList(form.output_properties);
  const ids = form.distinct_ids === undefined ? null : textList(form.distinct_ids);
  if (wanted === 'bad' || ids === 'bad') return { error: 'output_properties and distinct_ids must be JSON arrays' };
  const results: Result[] = [];
  for (const [account, profile] of profiles) {
    if ((ids && !ids.includes(account)) || !matches(profile)) continue;
    const properties = wanted
      ? Object.fromEntries(Object.entries(profile).filter(([name]) => wanted.includes(name)))
      : { ...profile };
    results.push({ $distinct_id: account, $properties: properties });
  }
  return results;
}

function textList(json: string): string[] | 'bad' {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : 'bad';
  } catch {
    return 'bad';
  }
}
