import { CONNECTION_SETTINGS, type Connection } from '../../config/schema/index.ts';

/** The settings of a connection that its connector's manifest declares. */
export function ownSettings(connection: Connection): Record<string, unknown> {
  return Object.fromEntries(Object.entries(connection).filter(([name]) => !CONNECTION_SETTINGS.includes(name)));
}
