import { expect, test } from 'vitest';
import { fakeHub } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const answers = {
  'POST /connections/:name/check': ({ url }: { url: string }) =>
    url.includes('crm')
      ? { name: 'crm', works: true, problem: null, lifted: true }
      : { name: 'chat', works: false, problem: 'slack: invalid_auth', lifted: false },
};

test('connections check says that a connection goes on', async () => {
  const hub = await fakeHub(answers);
  const { code, out } = await runCommand(['connections', 'check', 'crm'], { env: hub.env });
  expect({ code, out }).toEqual({ code: 0, out: 'crm works again and goes on.' });
  expect(hub.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/v1/connections/crm/check']);
});

test('one that does not work ends with 1 and what the vendor said', async () => {
  const hub = await fakeHub(answers);
  const { code, out } = await runCommand(['connections', 'check', 'chat'], { env: hub.env });
  expect({ code, out }).toEqual({ code: 1, out: 'chat does not work: slack: invalid_auth' });
});
