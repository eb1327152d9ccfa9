import { createHmac, randomBytes } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { accountOf } from './account-of.ts';
import { type Button, buttonsOf, readableText } from './block-text.ts';
import { APP_ID, TEAM_ID } from './ids.ts';
import type { Triggers } from './triggers.ts';
import type { Message, User, Workspace } from './workspace.ts';

const INTERACTIONS_PATH = '/webhooks/chat/interactions';

/**
 * A member presses a button of a message. Slack sends the signed interaction once and never again.
 * Input: channel, ts, actionId, value, email. Answers `{ status, body }` of the hub, or `{ status: null, reason }`
 * when there was nothing to press or nobody to press it.
 */
export function clickAct(workspace: Workspace, triggers: Triggers, context: TwinContext) {
  return async (input: Record<string, Json>): Promise<Json> => {
    const message = workspace.message(String(input.channel), String(input.ts));
    if (!message) return { status: null, reason: 'no such message' };
    const user = workspace.userByEmail(String(input.email));
    if (!user) return { status: null, reason: 'not a member of the workspace' };
    const button = buttonsOf(message.blocks).find(
      ({ actionId, value }) => actionId === input.actionId && (input.value === undefined || value === input.value),
    );
    if (!button) return { status: null, reason: 'the button is gone' };
    record(workspace, message, user, button, context);

    const body = new URLSearchParams({
      payload: JSON.stringify(blockActions(message, user, button, triggers)),
    }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const answer = await context.deliver({
      path: INTERACTIONS_PATH,
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': sign(context.secrets.SLACK_SIGNING_SECRET ?? '', timestamp, body),
      },
      body,
      retry: { attempts: 1, firstWaitMs: 0 },
    });
    return answer ?? { status: null, reason: 'no hub is known' };
  };
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function sign(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Fields as in slackapi/java-slack-sdk, json-logs/samples/app-backend/interactive-components/BlockActionPayload.json. */
function blockActions(message: Message, user: User, button: Button, triggers: Triggers): Json {
  const now = Date.now();
  const { channel, ts, text, blocks } = message;
  return {
    type: 'block_actions',
    user: { id: user.id, username: user.name, name: user.name, team_id: TEAM_ID },
    api_app_id: APP_ID,
    token: 'deprecated',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
    trigger_id: triggers.issue(now),
    team: { id: TEAM_ID, domain: 'sandbox' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: channel.startsWith('D') ? 'directmessage' : 'channel' },
    message: { type: 'message', ts, text, blocks },
    state: { values: {} },
    response_url: `https://hooks.slack.com/actions/${TEAM_ID}/${now}/${randomBytes(12).toString('hex')}`,
    actions: [
      {
        type: 'button',
        action_id: button.actionId,
        block_id: 'headroom_actions',
        text: { type: 'plain_text', text: button.text, emoji: true },
        value: button.value,
        action_ts: (now / 1000).toFixed(6),
      },
    ],
  };
}

function record(workspace: Workspace, message: Message, user: User, button: Button, context: TwinContext): void {
  const reader = workspace.channel(message.channel, false)?.email ?? null;
  context.record({
    kind: 'act',
    act: button.actionId === 'start_trial' ? 'trial_pressed' : button.actionId,
    account: accountOf(context.directory, `${message.text}\n${readableText(message.blocks)}`, reader),
    to: user.email,
    id: `${message.channel}/${message.ts}`,
    summary: `${user.name} pressed "${button.text}"`,
    data: { value: button.value },
  });
}
