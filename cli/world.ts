import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from './errors.ts';

export interface WorldFiles {
  usage: string;
  /** Null: nothing is expected of the hub, only its doubles are found. */
  truth: string | null;
}

/**
 * The files of a world by their common beginning: PREFIX.usage.ndjson and PREFIX.truth.ndjson, plain or .gz.
 * @throws CliError when there is no usage file
 */
export function findWorld(prefix: string, cwd: string): WorldFiles {
  const find = (part: string) => candidates(prefix, part, cwd).find((file) => existsSync(file)) ?? null;
  const usage = find('usage');
  if (usage) return { usage, truth: find('truth') };
  throw badInput(
    `there is no world ${prefix}: neither ${candidates(prefix, 'usage', cwd).join(' nor ')} exists`,
    'Give the beginning of the file names, such as --world bench/worlds/dev/dev-mini.',
  );
}

function candidates(prefix: string, part: string, cwd: string): string[] {
  const plain = path.resolve(cwd, `${prefix}.${part}.ndjson`);
  return [plain, `${plain}.gz`];
}
