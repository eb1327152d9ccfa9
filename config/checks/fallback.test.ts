import { expect, test } from 'vitest';
import { slack } from '../../connectors/slack/index.ts';
import { registry } from '../testing/registry.ts';
import { problemsOf, spoil } from '../testing/small-folder.ts';

const connectors = { ...registry, slack: slack.manifest };
const errorsOf = async (channel: string, history: boolean, fallback = '#x') => {
  const connection = `chat: { connector: slack, mode: live, channel: "${channel}", may_read_history: ${history}, webhook_secret: env:SLACK_SIGNING_SECRET, auth: { token: env:SLACK_BOT_TOKEN } }`;
  const files = spoil('  mail: { connector', `  ${connection}\n  mail: { connector`);
  const yaml = files['headroom.yaml']?.replace('slack: "#x"', `slack: "${fallback}"`) ?? '';
  const problems = await problemsOf({ ...files, 'headroom.yaml': yaml }, { connectors });
  // Secrets are not set here: that is a warning.
  return problems.filter(({ severity }) => severity === 'error');
};

test("channels by name are refused where a doubt has to be looked up: the connection's and that of routing", async () => {
  const message = expect.stringMatching(/by its id.*Copy it from Slack/);
  expect(await errorsOf('#x', true)).toMatchObject([
    { path: 'connections.chat.channel', message },
    { path: 'routing.fallback.slack', message },
  ]);
  expect(await errorsOf('C0123456789', true, 'C0123456789')).toEqual([]);
  expect(await errorsOf('#x', false)).toEqual([]);
});
