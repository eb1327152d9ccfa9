import { startPostgres } from '../../server/embedded/postgres.ts';
import { startTemporal } from '../../server/embedded/temporal.ts';

// A program that owns an embedded server and can be killed; arguments: postgres or temporal, data directory.
const [kind, dataDir = ''] = process.argv.slice(2);
const log = () => {};
const server = kind === 'postgres' ? await startPostgres({ dataDir, log }) : await startTemporal({ dataDir, log });
console.log(JSON.stringify({ pid: server.pid, port: server.port }));
setInterval(() => {}, 60_000);
