import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { createColors } from 'picocolors';
import { z } from 'zod';
import type { Cli } from './cli.ts';
import { accountsCommand } from './commands/accounts.ts';
import { connectionsCommand } from './commands/connections.ts';
import { connectorCommand } from './commands/connector.ts';
import { demoCommand } from './commands/demo.ts';
import { effectsCommand } from './commands/effects/effects.ts';
import { heldCommand } from './commands/held.ts';
import { inboxCommand } from './commands/inbox.ts';
import { incidentCommand } from './commands/incident.ts';
import { journeysCommand } from './commands/journeys.ts';
import { keysCommand } from './commands/keys.ts';
import { pauseCommand } from './commands/pause.ts';
import { reportCommand } from './commands/report.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { schemaCommand } from './commands/schema.ts';
import { serverCommand } from './commands/server.ts';
import { statusCommand } from './commands/status.ts';
import { supportBundleCommand } from './commands/support-bundle.ts';
import { tokenCommand } from './commands/token.ts';
import { trialCommand } from './commands/trial.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import { whyCommand } from './commands/why.ts';
import { workerCommand } from './commands/worker.ts';

const GROUPS: Record<string, ((cli: Cli) => Command)[]> = {
  'Run:': [upCommand, serverCommand, workerCommand, sandboxCommand, demoCommand],
  'Configure:': [validateCommand, schemaCommand],
  'Look:': [
    statusCommand,
    accountsCommand,
    whyCommand,
    journeysCommand,
    effectsCommand,
    reportCommand,
    supportBundleCommand,
  ],
  'Build:': [connectorCommand],
  'Act:': [
    trialCommand,
    heldCommand,
    inboxCommand,
    connectionsCommand,
    pauseCommand,
    incidentCommand,
    tokenCommand,
    keysCommand,
  ],
};

const ABOUT = 'Watches how much of its plan each customer uses and runs the upgrade journey.';
const ENVIRONMENT = `
Environment:
  HEADROOM_DATA                  data directory of \`headroom up\`
  HEADROOM_HOST                  address that \`up\` and \`server\` listen on
  HEADROOM_PUBLIC_URL            where customers and vendors reach the server
  HEADROOM_URL, HEADROOM_TOKEN   a hub elsewhere, and a token of it
  HEADROOM_DEBUG=1               show where an error comes from
  NO_COLOR=1                     no colours`;

/** The whole command line. Commander's own errors are thrown, not exited with. */
export function makeProgram(cli: Cli): Command {
  const program = new Command('headroom').description(ABOUT).version(version(), '--version');
  for (const [group, commands] of Object.entries(GROUPS)) {
    for (const make of commands) program.addCommand(make(cli).helpGroup(group));
  }
  program.helpCommand(false).addHelpText('after', ENVIRONMENT);
  prepare(program, cli);
  return program;
}

/** Commander hands settings down to commands that it makes itself, not to those that are added. */
function prepare(command: Command, cli: Cli): void {
  const paint = createColors(cli.color.out);
  // What stands behind a command's name is that command's: `effects settle KEY --json`.
  command.enablePositionalOptions();
  command.exitOverride().configureOutput({
    writeOut: (text) => cli.out(text.replace(/\n$/, '')),
    writeErr: (text) => cli.err(text.replace(/\n$/, '')),
    getOutHasColors: () => cli.color.out,
    getErrHasColors: () => cli.color.err,
  });
  command.configureHelp({ styleTitle: (title) => paint.bold(title) });
  command.showHelpAfterError(`Run "${pathOf(command)} --help" to see what it takes.`);
  for (const child of command.commands) prepare(child, cli);
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
