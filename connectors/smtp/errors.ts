import type { NodemailerError } from 'nodemailer/lib/errors';
import type { CallEnd } from '../../domain/budget/breaker.ts';
import { endOfError } from '../kit/budget.ts';
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

/** "Service not available, closing transmission channel" (RFC 5321 §3.8), to whatever was asked. */
const CLOSING = 421;

/** What a failed session tells of the relay: one that answers is there, whatever it says. */
export function sessionEnd(error: unknown): CallEnd {
  if (error instanceof ConnectorError || !(error instanceof Error)) return endOfError(error);
  const failure: NodemailerError = error;
  if (failure.responseCode !== undefined) return failure.responseCode === CLOSING ? 'failed' : 'answered';
  // The message broke off on our side: nothing was wrong with the relay.
  return failure.code === 'EMESSAGE' || failure.code === 'ESTREAM' ? 'not_made' : 'failed';
}
