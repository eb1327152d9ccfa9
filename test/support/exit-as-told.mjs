// A program for tests of the bootstrap: exits with a code, waits for a signal, or kills itself.
const [what, code] = process.argv.slice(2);
if (what === 'exit') process.exit(Number(code));
if (what === 'die') process.kill(process.pid, 'SIGKILL');
process.on('SIGINT', () => process.exit(42));
process.on('SIGTERM', () => process.exit(43));
console.log('ready');
setInterval(() => {}, 60_000);
