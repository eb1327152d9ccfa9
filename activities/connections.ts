import type { Channel } from '../config/schema/index.ts';
import type { Capabilities } from '../connectors/kit/capabilities.ts';

/** A connection of config, opened: credentials bound, hosts guarded. */
export interface OpenConnection {
  name: string;
  connector: string;
  mode: 'sandbox' | 'live';
  capabilities: Capabilities;
}

/** The connector that carries each channel of messages. */
const CHANNEL_CONNECTORS: Record<Channel, string[]> = { email: ['smtp'], in_app: ['in_app'] };

export interface With<C extends keyof Capabilities> {
  name: string;
  connector: string;
  mode: 'sandbox' | 'live';
  use: NonNullable<Capabilities[C]>;
}

export interface Connections {
  all: OpenConnection[];
  get: (name: string) => OpenConnection | null;
  /** The first connection in config that offers a capability. */
  with: <C extends keyof Capabilities>(capability: C) => With<C> | null;
  channel: (channel: Channel) => With<'message'> | null;
}

export function openConnections(all: OpenConnection[]): Connections {
  const pick = <C extends keyof Capabilities>(
    capability: C,
    accept: (c: OpenConnection) => boolean,
  ): With<C> | null => {
    for (const { name, connector, mode, capabilities } of all.filter(accept)) {
      const use = capabilities[capability];
      // NonNullable through a generic key is not narrowed by the check above it.
      if (use) return { name, connector, mode, use: use as NonNullable<Capabilities[C]> };
    }
    return null;
  };
  return {
    all,
    get: (name) => all.find((c) => c.name === name) ?? null,
    with: (capability) => pick(capability, () => true),
    channel: (channel) => pick('message', (c) => CHANNEL_CONNECTORS[channel].includes(c.connector)),
  };
}
