/** The hub speaks to programs; the longer routes stand first. */
const COMMANDS: [route: string, command: string][] = [
  ['GET /api/v1/effects?phase=unclear', 'headroom effects --unclear'],
  ['GET /api/v1/accounts?search=', 'headroom accounts --search TEXT'],
  ['GET /api/v1/accounts/{id}', 'headroom why ACCOUNT'],
  ['GET /api/v1/accounts', 'headroom accounts'],
  ['GET /api/v1/trials', 'headroom trial list'],
  ['GET /api/v1/tokens', 'headroom token list'],
  ['GET /api/v1/held', 'headroom held list'],
  ['GET /api/v1/inbox', 'headroom inbox list'],
];

/** The hub's advice for people at a terminal: commands instead of routes, where there is one. */
export function inCommands(remedy: string): string {
  return COMMANDS.reduce((text, [route, command]) => text.replaceAll(route, command), remedy);
}
