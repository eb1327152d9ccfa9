import { expect, test } from 'vitest';
import { planOf } from './commands.mjs';

test.each([
  [['demo'], true, ['cli/main.ts', 'demo']],
  [['demo', '--days', '20'], true, ['cli/main.ts', 'demo', '--days', '20']],
  [['demo', '--help'], false, ['cli/main.ts', 'demo', '--help']],
  [['cli'], false, ['cli/main.ts']],
  [['cli', 'up', '--data', 'x'], true, ['cli/main.ts', 'up', '--data', 'x']],
  [['cli', 'up', '-h'], false, ['cli/main.ts', 'up', '-h']],
  [['cli', 'validate', 'up'], false, ['cli/main.ts', 'validate', 'up']],
  [['test', 'domain'], true, ['node_modules/vitest/vitest.mjs', 'run', 'domain']],
  [['setup'], true, null],
  [['install'], false, null],
])('%j: Temporal %s, program %j', (argv, needsTemporal, program) => {
  expect(planOf(argv)).toEqual({ needsTemporal, program });
});

test('an unknown command is refused with the known ones', () => {
  expect(() => planOf(['start'])).toThrow(/does not know "start"; it takes demo, test, cli/);
});
