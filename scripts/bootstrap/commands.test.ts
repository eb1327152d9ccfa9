import { expect, test } from 'vitest';
import { planOf } from './commands.mjs';

test.each([
  [['demo'], true, false, ['cli/main.ts', 'demo']],
  [['demo', '--days', '20'], true, false, ['cli/main.ts', 'demo', '--days', '20']],
  [['demo', '--help'], false, false, ['cli/main.ts', 'demo', '--help']],
  [['cli'], false, false, ['cli/main.ts']],
  [['cli', 'up', '--data', 'x'], true, false, ['cli/main.ts', 'up', '--data', 'x']],
  [['cli', 'up', '-h'], false, false, ['cli/main.ts', 'up', '-h']],
  [['cli', 'validate', 'up'], false, false, ['cli/main.ts', 'validate', 'up']],
  [['test', 'domain'], true, true, ['node_modules/vitest/vitest.mjs', 'run', 'domain']],
  [['setup'], true, true, null],
  [['install'], false, false, null],
])('%j: Temporal %s, judges %s, program %j', (argv, needsTemporal, needsJudges, program) => {
  expect(planOf(argv)).toEqual({ needsTemporal, needsJudges, program });
});

test('an unknown command is refused with the known ones', () => {
  expect(() => planOf(['start'])).toThrow(/does not know "start"; it takes demo, test, cli/);
});
