import type pg from 'pg';

/** Texts that come again are worth a plan; one-off texts (bulk statements of any length) are not. */
const WORTH_IT = 3;
/** Each costs memory in the connection's server process. */
const AT_MOST = 300;
/** One-off texts are forgotten: there is no end of them. */
const REMEMBERED = 1_000;

type Ask = (config: unknown, ...rest: unknown[]) => unknown;

/**
 * Names the statements that a connection asks again and again, so that PostgreSQL parses and plans each of them once a
 * connection: the facts of a touch take longer to plan than to read.
 */
export function planOnce(client: pg.Client): void {
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  const ask = client.query.bind(client) as Ask; // called with the arguments that came, whatever overload they fit
  const nameOf = (text: string): string | null => {
    const known = names.get(text);
    if (known !== undefined || names.size >= AT_MOST) return known ?? null;
    const times = (seen.get(text) ?? 0) + 1;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(text, times);
    if (times < WORTH_IT) return null;
    seen.delete(text);
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
  const planned: Ask = (config, ...rest) => {
    const name = isStatement(config) ? nameOf(config.text) : null;
    return ask(name === null ? config : { ...(config as object), name }, ...rest);
  };
  client.query = planned as typeof client.query; // the same overloads: nothing but the name is added
}

/** As drizzle asks: BEGIN and COMMIT come as text alone. */
function isStatement(config: unknown): config is { text: string } {
  return typeof config === 'object' && config !== null && 'text' in config && typeof config.text === 'string';
}
