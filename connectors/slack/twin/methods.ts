import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { blockProblems } from './block-limits.ts';
import { BOT_ID, BOT_USER_ID, TEAM_ID } from './ids.ts';
import { type Posted, publish } from './publish.ts';
import type { Triggers } from './triggers.ts';
import type { Message, User, Workspace } from './workspace.ts';

export type Args = Record<string, string>;
export type Reply = { ok: true; [key: string]: Json } | { ok: false; error: string; [key: string]: Json };
export type Method = (args: Args) => Reply;

const no = (error: string, messages?: string[]): Reply =>
  messages ? { ok: false, error, response_metadata: { messages } } : { ok: false, error };

/** Web API methods by name, as documented under https://docs.slack.dev/reference/methods. */
export function webApi(workspace: Workspace, triggers: Triggers, context: TwinContext): Record<string, Method> {
  const publishMessage = (message: Message, posted: Posted) => publish(workspace, message, posted, context);

  return {
    'auth.test': () => ({
      ok: true,
      url: 'https://sandbox.slack.com/',
      team: 'Sandbox',
      user: 'headroom',
      team_id: TEAM_ID,
      user_id: BOT_USER_ID,
      bot_id: BOT_ID,
    }),

    'chat.postMessage': (args) => {
      const channel = workspace.channel(args.channel ?? '', true);
      if (!channel) return no('channel_not_found');
      const content = readContent(args);
      if ('error' in content) return content.error;
      const message: Message = { channel: channel.id, ts: workspace.nextTs(), ...content, updates: 0 };
      workspace.messages.push(message);
      publishMessage(message, 'posted');
      return { ok: true, channel: channel.id, ts: message.ts, message: shown(message, false) };
    },

    'chat.update': (args) => {
      const channel = workspace.channel(args.channel ?? '', false);
      if (!channel) return no('channel_not_found');
      const message = workspace.message(channel.id, args.ts ?? '');
      if (!message) return no('message_not_found');
      const content = readContent(args);
      if ('error' in content) return content.error;
      Object.assign(message, {
        ...content,
        metadata: content.metadata ?? message.metadata,
        updates: message.updates + 1,
      });
      publishMessage(message, 'updated');
      return { ok: true, channel: channel.id, ts: message.ts, text: message.text, message: shown(message, false) };
    },

    'users.lookupByEmail': ({ email }) => userReply(workspace.userByEmail(email ?? ''), 'users_not_found'),
    'users.info': ({ user }) => userReply(workspace.userById(user ?? ''), 'user_not_found'),

    'conversations.open': ({ users }) => {
      const user = workspace.userById(users ?? '');
      return user ? { ok: true, channel: { id: workspace.directMessage(user).id } } : no('user_not_found');
    },

    'conversations.history': (args) => {
      const channel = workspace.channel(args.channel ?? '', false);
      if (!channel) return no('channel_not_found');
      const found = inRange(
        workspace.messages.filter((message) => message.channel === channel.id),
        args,
      );
      const from = args.cursor ? Number(Buffer.from(args.cursor, 'base64').toString().replace('at:', '')) : 0;
      const limit = Math.min(999, Number(args.limit ?? 100));
      const page = found.slice(from, from + limit);
      const more = from + limit < found.length;
      return {
        ok: true,
        messages: page.map((message) => shown(message, args.include_all_metadata === 'true')),
        has_more: more,
        response_metadata: { next_cursor: more ? Buffer.from(`at:${from + limit}`).toString('base64') : '' },
      };
    },

    'views.open': ({ trigger_id, view }) => {
      const refusal = triggers.use(trigger_id ?? '', Date.now());
      if (refusal !== null) return no(refusal);
      const parsed = parseJson(view);
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return no('invalid_arguments');
      return { ok: true, view: { ...parsed, id: `V${randomUUID().slice(0, 8).toUpperCase()}` } };
    },
  };
}

type Content = Pick<Message, 'text' | 'blocks' | 'metadata'>;

function readContent(args: Args): Content | { error: Reply } {
  const text = args.text ?? '';
  if (text.length > 40_000) return { error: no('msg_too_long') };
  const blocks = args.blocks === undefined ? [] : parseJson(args.blocks);
  if (!Array.isArray(blocks)) return { error: no('invalid_blocks_format') };
  if (text === '' && blocks.length === 0) return { error: no('no_text') };
  const problems = blockProblems(blocks);
  if (problems.length > 0) return { error: no('invalid_blocks', problems) };
  if (args.metadata === undefined) return { text, blocks, metadata: null };
  const metadata = readMetadata(parseJson(args.metadata));
  return metadata === null ? { error: no('invalid_metadata_format') } : { text, blocks, metadata };
}

function readMetadata(value: Json | undefined): Message['metadata'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { event_type, event_payload } = value;
  if (typeof event_type !== 'string' || typeof event_payload !== 'object') return null;
  if (event_payload === null || Array.isArray(event_payload)) return null;
  return { event_type, event_payload };
}

/** Newest first; bounds are left out unless `inclusive`. Timestamps all have one length, so text order is time order. */
function inRange(messages: Message[], { oldest = '', latest = '~', inclusive }: Args): Message[] {
  const bounds = inclusive === 'true' || inclusive === '1';
  return messages
    .filter(({ ts }) => ts > oldest || (bounds && ts === oldest))
    .filter(({ ts }) => ts < latest || (bounds && ts === latest))
    .sort((a, b) => b.ts.localeCompare(a.ts));
}

function shown({ ts, text, blocks, metadata }: Message, allMetadata: boolean): Json {
  const base = { type: 'message', user: BOT_USER_ID, bot_id: BOT_ID, ts, text, blocks };
  if (!metadata) return base;
  return { ...base, metadata: allMetadata ? metadata : { event_type: metadata.event_type } };
}

function userReply(user: User | null, error: string): Reply {
  if (!user) return no(error);
  const { id, name, email } = user;
  return {
    ok: true,
    user: {
      id,
      team_id: TEAM_ID,
      name,
      real_name: name,
      deleted: false,
      is_bot: false,
      tz: 'America/New_York',
      profile: { real_name: name, email },
    },
  };
}

function parseJson(text: string | undefined): Json | undefined {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
