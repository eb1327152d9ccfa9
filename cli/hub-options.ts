import type { Command } from 'commander';

export interface HubOptions {
  data?: string;
  json?: true;
}

/** What every command that talks to a hub takes. */
export function hubOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data directory of the hub (default: HEADROOM_DATA, else ~/.local/share/headroom)')
    .option('--json', 'print JSON');
}
