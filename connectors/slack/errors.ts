import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';
import {
  AuthenticationError,
  type ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  OutcomeUnknownError,
  RateLimitedError,
  RefusedError,
  RepeatableError,
} from '../kit/errors.ts';
import { type Idempotency, isRepeatable, networkError } from '../kit/network-errors.ts';
import { redactText } from '../kit/redact.ts';

type Verdict = 'authentication' | 'invalid' | 'refused' | 'limited' | 'broken';

/**
 * Slack answers HTTP 200 with `ok: false` and one of these codes.
 * https://docs.slack.dev/reference/methods/chat.postMessage#errors and the pages of the other methods.
 */
const VERDICTS: Record<string, Verdict | undefined> = {
  invalid_auth: 'authentication',
  not_authed: 'authentication',
  account_inactive: 'authentication',
  token_revoked: 'authentication',
  token_expired: 'authentication',
  missing_scope: 'authentication',
  no_permission: 'authentication',
  not_allowed_token_type: 'authentication',
  org_login_required: 'authentication',
  ekm_access_denied: 'authentication',
  team_access_not_granted: 'authentication',
  channel_not_found: 'invalid',
  not_in_channel: 'invalid',
  user_not_found: 'invalid',
  users_not_found: 'invalid',
  invalid_blocks: 'invalid',
  invalid_blocks_format: 'invalid',
  invalid_arguments: 'invalid',
  invalid_metadata_format: 'invalid',
  invalid_metadata_schema: 'invalid',
  metadata_too_large: 'invalid',
  msg_too_long: 'invalid',
  msg_blocks_too_long: 'invalid',
  no_text: 'invalid',
  is_archived: 'refused',
  restricted_action: 'refused',
  cannot_dm_bot: 'refused',
  user_disabled: 'refused',
  message_not_found: 'refused',
  cant_update_message: 'refused',
  edit_window_closed: 'refused',
  ratelimited: 'limited',
  rate_limited: 'limited',
  internal_error: 'broken',
  fatal_error: 'broken',
  service_unavailable: 'broken',
  request_timeout: 'broken',
};
const LIMITED_WAIT_MS = 30_000;

/**
 * The named error for what the SDK threw. Slack's own breakdowns, and codes we do not know, may have had their effect:
 * on a write that must not be repeated they are OutcomeUnknownError, else TransientError.
 */
export function slackError(error: unknown, origin: ErrorOrigin, write: Idempotency | undefined): ConnectorError {
  if (error instanceof WebAPIPlatformError) return platformError(error, origin, write);
  if (error instanceof WebAPIHTTPError) {
    return doubtful(`Slack answered ${origin.operation} with ${error.statusCode}`, { ...origin, cause: error }, write);
  }
  // The SDK's own code would hide the socket's, which tells whether anything was sent.
  const cause = error instanceof WebAPIRequestError ? error.original : error;
  return networkError(cause, origin, write);
}

/** Slack's code behind an error of ours, for the few that a caller answers with a second choice. */
export function slackCode(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof WebAPIPlatformError ? cause.data.error : null;
}

function platformError(
  error: WebAPIPlatformError,
  origin: ErrorOrigin,
  write: Idempotency | undefined,
): ConnectorError {
  const code = redactText(String(error.data.error), 80);
  const details = error.data.response_metadata?.messages?.join('; ') ?? '';
  const message = `Slack refused ${origin.operation}: ${code}${details && ` (${redactText(details)})`}`;
  const from = { ...origin, vendorCode: code, cause: error };
  const verdict = VERDICTS[code];
  switch (verdict) {
    case 'authentication':
      return new AuthenticationError(message, from);
    case 'invalid':
      return new InvalidInputError(message, from);
    case 'refused':
      return new RefusedError(message, from);
    case 'limited':
      return new RateLimitedError(message, LIMITED_WAIT_MS, from);
    case 'broken':
    case undefined:
      return doubtful(message, from, write);
    default:
      return verdict satisfies never;
  }
}

function doubtful(message: string, origin: ErrorOrigin, write: Idempotency | undefined): ConnectorError {
  return isRepeatable(write) ? new RepeatableError(message, origin) : new OutcomeUnknownError(message, origin);
}
