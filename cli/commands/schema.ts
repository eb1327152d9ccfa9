import { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function schemaCommand(cli: Cli): Command {
  return new Command('schema')
    .description('print the JSON Schema of headroom.yaml, for completion in editors')
    .option('--json', 'as it is: the schema is JSON anyway')
    .addHelpText('after', '\nExample:\n  $ headroom schema > headroom.schema.json')
    .action(async () => {
      const { configJsonSchema } = await import('../../config/json-schema.ts');
      cli.out(JSON.stringify(configJsonSchema(), null, 2));
    });
}
