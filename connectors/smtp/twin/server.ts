import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { RecordExchange, TwinContext } from '../../../sandbox/frame/types.ts';
import type { SmtpFaults } from './faults.ts';
import { headersOf } from './mailbox.ts';

/** Takes one accepted message for one recipient. */
export type Deliver = (raw: Buffer, to: string) => Promise<void>;

type Done = (error?: Error | null, message?: string) => void;

const CLOSE_TIMEOUT_MS = 200;
const ACCEPTED = 'OK queued';
/** `commit_late`: longer than the suite's short deadline, shorter than its deadline and settle time. */
const LATE_MS = 1_700;

/** A relay on loopback, without encryption, that wants SMTP_USER and SMTP_PASSWORD. */
export async function openRelay(
  context: TwinContext,
  faults: SmtpFaults,
  deliver: Deliver,
  { recordExchange, port }: { recordExchange: RecordExchange; port: number },
) {
  const server = new SMTPServer({
    name: 'smtp.sandbox.example',
    disabledCommands: ['STARTTLS'],
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    size: 10 * 1024 * 1024,
    onAuth: ({ username, password }, _session, done) => {
      const { SMTP_USER, SMTP_PASSWORD } = context.secrets;
      if (faults.take('echo_login', '')) {
        return done(reply(454, `4.7.0 Cannot check ${username} with the password ${password} now`));
      }
      const known = SMTP_USER !== undefined && username === SMTP_USER && password === SMTP_PASSWORD;
      if (known && !faults.take('refuse_login', '')) return done(null, { user: username });
      const refusal = reply(535, 'Authentication credentials invalid');
      told('AUTH', null, refusal);
      done(refusal);
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = faults.take('refuse_recipient', address)
        ? reply(550, '5.1.1 No such mailbox')
        : faults.take('try_later', address)
          ? reply(451, '4.7.1 Try again later')
          : null;
      if (refusal) told('RCPT', Buffer.from(`RCPT TO:<${address}>`), refusal);
      done(refusal);
    },
    onData: (stream, session, done) => {
      take(stream, session).then((answer) => answer(done), done);
    },
  });
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<(done: Done) => void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const first = to[0] ?? '';
    if (faults.take('hang', first)) {
      told('DATA', raw, null);
      return () => {};
    }
    if (faults.take('commit_late', first)) await sleep(LATE_MS);
    if (faults.take('try_later_after_data', first)) {
      const refusal = reply(451, '4.3.0 Try again later');
      told('DATA', raw, refusal);
      return (done) => done(refusal);
    }
    const lost = lostAnswer(first);
    for (const address of to) await deliver(raw, address);
    told('DATA', raw, lost === null ? { responseCode: 250, message: ACCEPTED } : null);
    if (lost === null) return (done) => done(null, ACCEPTED);
    return () => {
      if (lost !== 'silence') reset(server, session, lost);
    };
  }

  /** What still leaves when the mail is taken and the answer gets lost; null: the answer arrives. */
  function lostAnswer(to: string): string | null {
    if (faults.take('accept_then_reset', to)) return '';
    if (faults.take('accept_then_timeout', to)) return 'silence';
    // Without the end of the line the client waits for the rest.
    if (faults.take('half_reply', to)) return '250 2.0.0 O';
    return faults.take('wrong_reply', to) ? 'queued, thank you\r\n' : null;
  }

  /** The commands that decide about a message, as exchanges. @param answer null: none arrived */
  function told(command: string, said: Buffer | null, answer: { responseCode: number; message: string } | null): void {
    const text = said?.toString('latin1') ?? null;
    recordExchange({
      method: command,
      url: relayUrl(server),
      requestHeaders: command === 'DATA' && text !== null ? headersOf(text) : {},
      requestBody: text,
      status: answer?.responseCode ?? null,
      responseHeaders: {},
      responseBody: answer?.message ?? null,
    });
  }
  // A client that goes away in the middle is no matter for the relay.
  server.on('error', (error) => context.log(error.message));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: relayUrl(server),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function relayUrl(server: SMTPServer): string {
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return `smtp://127.0.0.1:${address.port}`;
}

/** `last`: what still leaves before the connection is gone. */
function reset(server: SMTPServer, session: SMTPServerSession, last: string): void {
  for (const connection of server.connections) {
    if (connection.session.id === session.id) connection._socket.write(last, () => connection._socket.destroy());
  }
}

function reply(responseCode: number, message: string): Error & { responseCode: number } {
  return Object.assign(new Error(message), { responseCode });
}
