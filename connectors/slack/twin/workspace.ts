import type { Json } from '../../../domain/model.ts';
import type { Directory } from '../../../sandbox/frame/types.ts';
import { slackId } from './ids.ts';

export interface Message {
  channel: string;
  ts: string;
  text: string;
  blocks: Json[];
  metadata: { event_type: string; event_payload: Record<string, Json> } | null;
  updates: number;
}
export interface User {
  id: string;
  name: string;
  email: string;
}
/** `label` is what people see: #expansion, or the address of the other side of a direct message. */
export interface Channel {
  id: string;
  label: string;
  email: string | null;
}

const PUBLIC_CHANNELS = ['general', 'expansion', 'customer-success', 'revops', 'alerts'];

export interface Workspace {
  messages: Message[];
  userByEmail: (email: string) => User | null;
  userById: (id: string) => User | null;
  /** By id; with `names`, also by #name and by user id (a direct message), as chat.postMessage allows. */
  channel: (given: string, names: boolean) => Channel | null;
  directMessage: (user: User) => Channel;
  message: (channel: string, ts: string) => Message | null;
  /** Wire seconds with six decimals, unique and rising. */
  nextTs: () => string;
}

/** Members are the account owners of the directory; channels are public ones and a direct message per member. */
export function makeWorkspace(directory: Directory): Workspace {
  const messages: Message[] = [];
  let lastMicros = 0;

  const members = () => {
    const emails = new Set([...directory.accounts.values()].map(({ owner }) => owner.email.toLowerCase()));
    return [...emails].map((email) => ({ id: slackId('U', email), name: email.split('@')[0] ?? email, email }));
  };
  const directMessage = (user: User): Channel => ({ id: slackId('D', user.id), label: user.email, email: user.email });
  const publicChannels = PUBLIC_CHANNELS.map((name) => ({ id: slackId('C', name), label: `#${name}`, email: null }));
  const userById = (id: string) => members().find((user) => user.id === id) ?? null;

  return {
    messages,
    userById,
    userByEmail: (email) => members().find((user) => user.email === email.toLowerCase()) ?? null,
    channel: (given, names) => {
      const all = [...publicChannels, ...members().map(directMessage)];
      const byId = all.find(({ id }) => id === given);
      if (byId || !names) return byId ?? null;
      const user = userById(given);
      if (user) return directMessage(user);
      return publicChannels.find(({ label }) => label === `#${given.replace(/^#/, '')}`) ?? null;
    },
    directMessage,
    message: (channel, ts) => messages.find((one) => one.channel === channel && one.ts === ts) ?? null,
    nextTs: () => {
      lastMicros = Math.max(lastMicros + 1, Date.now() * 1000);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
    },
  };
}
