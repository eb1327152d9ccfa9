import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type { SmtpFaults } from './faults.ts';

/** Takes one accepted message for one recipient. */
export type Deliver = (raw: Buffer, to: string) => Promise<void>;

type Done = (error?: Error | null, message?: string) => void;

const CLOSE_TIMEOUT_MS = 200;

/** A relay on loopback, without encryption, that wants SMTP_USER and SMTP_PASSWORD. */
export async function openRelay(context: TwinContext, faults: SmtpFaults, deliver: Deliver) {
  const server = new SMTPServer({
    name: 'smtp.sandbox.example',
    disabledCommands: ['STARTTLS'],
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    size: 10 * 1024 * 1024,
    onAuth: ({ username, password }, _session, done) => {
      const { SMTP_USER, SMTP_PASSWORD } = context.secrets;
      const known = SMTP_USER !== undefined && username === SMTP_USER && password === SMTP_PASSWORD;
      if (known) done(null, { user: username });
      else done(reply(535, 'Authentication credentials invalid'));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (faults.take('refuse_recipient', address)) done(reply(550, '5.1.1 No such mailbox'));
      else if (faults.take('try_later', address)) done(reply(451, '4.7.1 Try again later'));
      else done();
    },
    onData: (stream, session, done) => {
      take(stream, session).then((answer) => answer(done), done);
    },
  });
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<(done: Done) => void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const first = to[0] ?? '';
    if (faults.take('hang', first)) return () => {};
    if (faults.take('try_later_after_data', first)) return (done) => done(reply(451, '4.3.0 Try again later'));
    const lost = faults.take('accept_then_reset', first);
    for (const address of to) await deliver(Buffer.concat(chunks), address);
    return lost ? () => reset(server, session) : (done) => done(null, 'OK queued');
  }
  // A client that goes away in the middle is no matter for the relay.
  server.on('error', (error) => context.log(error.message));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function reset(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections) {
    if (connection.session.id === session.id) connection._socket.destroy();
  }
}

function reply(responseCode: number, message: string): Error & { responseCode: number } {
  return Object.assign(new Error(message), { responseCode });
}
