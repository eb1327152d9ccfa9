import { Command } from 'commander';
import { createColors } from 'picocolors';
import type { z } from 'zod';
import { explainReason } from '../../../server/http/words.ts';
import { effectDetail } from '../../answers.ts';
import type { Cli } from '../../cli.ts';
import { connectHub } from '../../hub.ts';
import { type HubOptions, hubOptions } from '../../hub-options.ts';
import { printFields } from '../../output/fields.ts';
import { nounOf } from '../../output/story.ts';
import { time } from '../../output/values.ts';

type Detail = z.infer<typeof effectDetail>;
type Attempt = Detail['attempts'][number];

export function showCommand(cli: Cli): Command {
  return hubOptions(new Command('show'))
    .description('all that is known of one effect, and where to look whether it arrived')
    .argument('<key>', 'as headroom effects --unclear shows it')
    .addHelpText('after', '\nExample:\n  $ headroom effects show "te_1:mail:message.send:ada@acme.example:1"')
    .action(async (key: string, { data, json }: HubOptions) => {
      const shown = await connectHub(cli, { data }).get(`/effects/${encodeURIComponent(key)}`, effectDetail);
      if (json) return cli.out(JSON.stringify(shown, null, 2));
      print(cli, shown);
    });
}

function print(cli: Cli, { effect, idempotencyKey, request, attempts, verdicts, audit, retry }: Detail): void {
  const paint = createColors(cli.color.out);
  cli.out(paint.bold(`${nounOf(effect.operation, effect.channel)} for ${effect.account}: ${effect.phase}`));
  const fields: [string, string | null][] = [
    ['key', effect.key],
    ['reason', effect.reason && explainReason(effect.reason)],
    ['claimed', `${time(effect.claimedAt)} UTC`],
    ['over', `${effect.connection} (${effect.operation})`],
    [
      'of',
      [effect.play && `play ${effect.play}`, effect.step && `step ${effect.step}`].filter(Boolean).join(', ') || null,
    ],
    ['to', request?.to ?? effect.person],
    ['what', request?.what ?? null],
    ['look in', request?.where ?? null],
    ['for', request?.lookFor ?? null],
    ["vendor's key", idempotencyKey],
    ['a retry', retry],
  ];
  printFields(
    cli,
    fields.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]])),
  );
  section(cli, 'Attempts', attempts.map(attemptLine));
  section(
    cli,
    'What guardrails said',
    verdicts.map(({ at, kind, sentence, detail }) => {
      return `${time(at)}  ${kind}: ${[sentence, detail === sentence ? null : detail].filter(Boolean).join(' ')}`;
    }),
  );
  section(
    cli,
    'What people did',
    audit.map(({ at, actor, action, detail }) => `${time(at)}  ${actor}: ${action} ${JSON.stringify(detail)}`),
  );
}

function attemptLine({ attempt, kind, at, wireAt, firstByteAt, answer }: Attempt): string {
  const went = kind === 'look' ? 'asked the vendor' : 'to send';
  const byte = firstByteAt === null ? 'no byte left' : `first byte ${time(firstByteAt)}`;
  const codes = [answer?.vendorCode, answer?.requestId && `request ${answer.requestId}`].filter(Boolean).join(', ');
  const said = answer === null ? '' : `; ${answer.code}: ${answer.said}${codes === '' ? '' : ` (${codes})`}`;
  return `${attempt}  ${time(at)} (real time ${wireAt})  ${went}, ${byte}${said}`;
}

function section(cli: Cli, title: string, lines: string[]): void {
  if (lines.length === 0) return;
  cli.out('');
  cli.out(createColors(cli.color.out).bold(title));
  for (const line of lines) cli.out(`  ${line}`);
}
