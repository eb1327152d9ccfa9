import type { NodemailerError } from 'nodemailer/lib/errors';
import {
  AuthenticationError,
  ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  OutcomeUnknownError,
  RecipientRefusedError,
  RefusedError,
  TransientError,
} from '../kit/errors.ts';
import { redactText } from '../kit/redact.ts';

/**
 * The named error for a failed submission. `committing`: the message's own bytes were on their way, so that only the
 * relay's reply to them tells what happened. Replies are RFC 5321 §4.2: 4yz try later, 5yz never.
 */
export function smtpError(error: unknown, origin: ErrorOrigin, committing: boolean): ConnectorError {
  if (error instanceof ConnectorError) return error;
  // nodemailer puts command and responseCode on plain errors; fields that are missing read as undefined.
  const failure: NodemailerError = error instanceof Error ? error : new Error(String(error));
  const code = failure.responseCode;
  const said = redactText(failure.message);
  const from = { ...origin, vendorCode: code === undefined ? failure.code : String(code), cause: error };

  if (committing) {
    const answered = failure.code === 'EMESSAGE' && code !== undefined;
    if (!answered) return new OutcomeUnknownError(`the message was sent, but the relay never answered: ${said}`, from);
    if (code < 500) return new TransientError(`the relay did not take the message now: ${said}`, from);
    return new RefusedError(`the relay refused the message: ${said}`, from);
  }
  if (failure.code === 'EAUTH' && (code === undefined || code >= 500)) {
    return new AuthenticationError(`the relay refused the login: ${said}`, from);
  }
  if (failure.code === 'ENOAUTH') return new AuthenticationError('auth.user and auth.password are needed', from);
  if (failure.code === 'EMESSAGE' && code === undefined) return new InvalidInputError(said, from);
  // 503 (bad sequence of commands) is about the session, not about the message.
  if (code === undefined || code < 500 || code === 503) {
    return new TransientError(`the relay did not take the message now: ${said}`, from);
  }
  if (failure.command === 'RCPT TO') return new RecipientRefusedError(`the relay refused the recipient: ${said}`, from);
  return new InvalidInputError(`the relay refused ${failure.command ?? 'the command'}: ${said}`, from);
}
