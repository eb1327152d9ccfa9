import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type Budget, withPermit } from '../kit/budget.ts';
import { guardedSocket } from '../kit/doors.ts';
import { type ErrorOrigin, NotSentError } from '../kit/errors.ts';
import type { HostGuard } from '../kit/hosts.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { sessionEnd, smtpError } from './errors.ts';
import type { BuiltMail } from './mime.ts';

export interface Relay {
  guard: HostGuard;
  budget: Budget;
  host: string;
  port: number;
  secure: 'starttls' | 'tls' | 'none';
  /** Read at each call; null: the relay asks for none. */
  credentials: () => { user: string; pass: string } | null;
}

/**
 * Hands one message to the relay. Resolves with the relay's own Message-ID, where it gives one, when it answered 250.
 *
 * nodemailer has no hook between RCPT and DATA, but it reads a streamed message only after the envelope was accepted
 * and DATA was answered 354. So the stream starts with `call.sending()`: a refused recipient never counts as sent, and
 * nothing commits before the message's final dot.
 */
export async function submit(relay: Relay, mail: BuiltMail, call: WriteCall): Promise<string | null> {
  const origin: ErrorOrigin = { connector: 'smtp', operation: 'send' };
  let committing = false;
  // nodemailer overwrites the code of errors that pass through its stream, so this one goes around it.
  let stopped: { error: unknown } | null = null;
  async function* message() {
    try {
      await call.sending();
      checkDeadline(call, origin);
    } catch (error) {
      stopped = { error };
      throw new Error('stopped before the message');
    }
    committing = true;
    yield Buffer.from(mail.raw, 'latin1');
  }
  try {
    return await inSession(relay, call, origin, async (connection) => {
      const envelope = { from: mail.from, to: [mail.to], size: mail.raw.length };
      const info = await new Promise<SMTPConnection.SentMessageInfo>((resolve, reject) => {
        const body = Readable.from(message(), { objectMode: false });
        connection.send(envelope, body, (error, sent) => (error ? reject(error) : resolve(sent)));
      });
      return info.serverMessageId ?? null;
    });
  } catch (error) {
    // Written inside the generator, which TypeScript does not follow.
    const refusal = stopped as { error: unknown } | null;
    throw refusal ? refusal.error : smtpError(error, origin, committing);
  }
}

/** Connects and logs in, nothing more. */
export async function tryLogin(relay: Relay, call: Call): Promise<void> {
  const origin: ErrorOrigin = { connector: 'smtp', operation: 'check' };
  try {
    await inSession(relay, call, origin, async () => {});
  } catch (error) {
    throw smtpError(error, origin, false);
  }
}

async function inSession<T>(
  relay: Relay,
  call: Call,
  origin: ErrorOrigin,
  work: (connection: SMTPConnection) => Promise<T>,
): Promise<T> {
  checkDeadline(call, origin);
  // What stops a message later, before DATA, has been a session all the same: the relay counts those.
  const ready = () => checkDeadline(call, origin);
  const use = { call, operation: origin.operation };
  return await withPermit(relay.budget, use, ready, () => session(relay, call, work), { endOf: sessionEnd });
}

async function session<T>(relay: Relay, call: Call, work: (connection: SMTPConnection) => Promise<T>): Promise<T> {
  const socket = await guardedSocket(relay.guard, { host: relay.host, port: relay.port }, call.signal);
  const left = Math.max(1, Math.floor(call.deadline - performance.now()));
  const connection = new SMTPConnection({
    connection: socket,
    host: relay.host,
    port: relay.port,
    secure: relay.secure === 'tls',
    requireTLS: relay.secure === 'starttls',
    ignoreTLS: relay.secure === 'none',
    greetingTimeout: left,
    socketTimeout: left,
    // No final dot must leave after a failure: the socket is destroyed, not ended.
    socketCloseTimeout: 0,
  });
  const broken = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject);
    call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
  });
  // Once the work is done nobody waits for this any more.
  broken.catch(() => {});
  const run = async () => {
    await step((done) => connection.connect((error) => done(error ?? null)));
    const credentials = relay.credentials();
    if (credentials) await step((done) => connection.login({ credentials }, (error) => done(error)));
    const result = await work(connection);
    connection.quit();
    return result;
  };
  try {
    return await Promise.race([run(), broken]);
  } finally {
    connection.close();
  }
}

function step(run: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
}

function checkDeadline(call: Call, origin: ErrorOrigin): void {
  if (call.signal.aborted || performance.now() >= call.deadline) {
    throw new NotSentError('the deadline passed before the message was sent', origin);
  }
}
