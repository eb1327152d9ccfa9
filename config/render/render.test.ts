import { describe, expect, test } from 'vitest';
import { fullSample, sparseSample } from '../sample.ts';
import type { TemplateUse } from '../template-uses.ts';
import { findTemplate } from '../templates.ts';
import { load, SMALL } from '../testing/small-folder.ts';
import type { MessageContext } from './context.ts';
import { renderFeatureLine, renderMessage } from './render.ts';

const FILE = 'templates/_all/usage-summary.email.md';
const use: TemplateUse = {
  ...{ path: [], template: 'usage-summary', channel: 'email', moment: 'play' },
  ...{ product: 'core', plan: 'starter', metric: 'seats' },
};

async function compiled(body: string, front = 'subject: Hello', file = FILE) {
  const result = await load({ ...SMALL, [file]: `---\n${front}\n---\n${body}\n` });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  const channel = file.includes('in_app') ? 'in_app' : 'email';
  const template = findTemplate(result.config.templates, { name: 'usage-summary', channel, plan: 'starter' });
  if (!template) throw new Error('no template');
  const { config } = result.config;
  return {
    render: (change: Partial<MessageContext> = {}) =>
      renderMessage(template, { ...fullSample(config, use), ...change }),
    sparse: sparseSample(config, use),
    full: fullSample(config, use),
  };
}

describe('a mail', () => {
  test('has the account’s own numbers in its HTML and its text', async () => {
    const { render, full } = await compiled('Hi {{ person.first_name | default: "there" }},\n\n[[usage]]');
    const meter = {
      ...full.meters[0],
      key: 'seats',
      name: 'seats',
      unit: '',
      used: 128_000,
      limit: 150_000,
      left: 22_000,
      utilization: 0.8533,
    };
    const { html, text } = render({ meter });
    for (const part of [html, text]) {
      expect(part).toContain('Maya');
      expect(part).toContain('128,000 of 150,000');
      expect(part).toContain('85% used, 22,000 left');
    }
    expect(html).toContain('width="85%"');
    expect(text).toContain('[#################...]');
  });

  test('has no Liquid, no markup and no block left in it', async () => {
    const body =
      '## Head\n\n- **one** {{ meter.used | number }}\n- two\n\n[[usage]]\n[[meters]]\n[[features]]\n[[social_proof]]\n[[price]]\n[[button]]';
    const { render, sparse } = await compiled(
      body,
      'subject: "{{ account.name }}"\nbutton: "{% if next_plan %}See {{ next_plan.name }}{% else %}Look{% endif %}"',
    );
    for (const { subject, html, text, linkLabel } of [render(), render(sparse)]) {
      for (const part of [subject, html, text, linkLabel])
        expect(part).not.toMatch(/\{[{%]|[%}]\}|\[\[|\*\*|undefined|null|NaN/);
      expect(html).toContain('<li><strong>one</strong>');
      expect(text).toContain('- one ');
      expect(text).not.toMatch(/<[a-z]/);
    }
  });

  test('escapes values in the HTML, and takes none of them for markup', async () => {
    const { render, full } = await compiled('**{{ account.name }}** writes');
    const { html, text } = render({ account: { ...full.account, name: '<b>A & B</b> **x** {{ why }}' } });
    expect(html).toContain('<strong>&lt;b&gt;A &amp; B&lt;/b&gt; **x** {{ why }}</strong>');
    expect(text).toContain('<b>A & B</b> **x** {{ why }} writes');
  });

  test('keeps a line break in a value out of the subject', async () => {
    const { render, full } = await compiled('x', 'subject: "For {{ account.name }}"');
    expect(render({ account: { ...full.account, name: 'A\r\nBcc: b@x.example' } }).subject).toBe(
      'For A Bcc: b@x.example',
    );
  });

  test('says why it came, who sent it and how to stop it, whatever the template says', async () => {
    const { html, text, category } = (await compiled('x')).render({ why: 'you reached 85% of your seats' });
    expect(category).toBe('marketing');
    for (const part of [html, text]) {
      expect(part).toContain('Why you got this: you reached 85% of your seats');
      expect(part).toContain('https://hub.example/u/sample');
      expect(part).toContain('1 Road, Berlin');
    }
  });

  test('that is marketing does not leave without a way to stop it', async () => {
    const { render } = await compiled('x');
    expect(() => render({ unsubscribe_url: null })).toThrow();
  });

  test('that is service mail has no unsubscribe line', async () => {
    const { html, text, category } = (await compiled('x', 'subject: x\ncategory: service')).render({
      unsubscribe_url: null,
    });
    expect(category).toBe('service');
    expect(html + text).not.toMatch(/unsubscribe/i);
  });

  test('has its button as a link in both parts, and none when there is nothing to open', async () => {
    const { render } = await compiled('[[button]]', 'subject: x\nbutton: See Pro');
    const { html, text, linkLabel } = render({ link: { url: 'https://hub.example/t/a?b=1&c=2' } });
    expect(linkLabel).toBe('See Pro');
    expect(html).toContain('href="https://hub.example/t/a?b=1&amp;c=2"');
    expect(text).toContain('See Pro:\nhttps://hub.example/t/a?b=1&c=2');
    expect(render({ link: null }).html).not.toContain('See Pro');
  });

  test('shows prices in the company’s currency and dates in the account’s zone', async () => {
    const { render, full } = await compiled(
      '{% if offer %}{{ offer.ends_on | date }}, {{ offer.days_left | days }}{% endif %}\n\n[[price]]',
    );
    const account = { ...full.account, timezone: 'Asia/Tokyo' };
    const offer = { plan: 'pro', ends_on: '2026-03-20T20:00:00.000Z', days_left: 1, length_days: 14 };
    const price = { current_monthly: 29_900, next_monthly: 99_950, difference: 70_050 };
    const { text } = render({ account, offer, price });
    expect(text).toContain('March 21, 2026, 1 day\n');
    expect(text).toContain('You pay €299 a month for starter; pro is €999.50, €700.50 more.');
  });

  test('fits a narrow window: nothing in it has a fixed width beyond it', async () => {
    const { html } = (await compiled('[[meters]]\n[[features]]\n[[button]]', 'subject: x\nbutton: y')).render();
    // Outlook alone reads the comments with its fixed widths: https://documentation.mjml.io
    const seen = html.replace(/<!--\[if mso[\s\S]*?<!\[endif\]-->/g, '');
    expect(seen).not.toMatch(/[^-]width:\s*\d+px|width="\d+"/);
    expect(seen).toContain('name="viewport"');
    expect(seen).not.toMatch(/https?:\/\/(?!hub\.example|www\.w3\.org)/);
  });
});

describe('a prompt in the product', () => {
  const file = 'templates/_all/usage-summary.in_app.md';

  test('has a title, its words and the words on its link', async () => {
    const { render } = await compiled(
      '{{ meter.left | number }} left.\n\nSecond',
      'title: "{{ meter.name }}"\nbutton: Open',
      file,
    );
    expect(render()).toEqual({
      subject: 'seats',
      text: '1 left.\n\nSecond\n',
      html: '<p>1 left.</p>\n<p>Second</p>',
      category: 'marketing',
      linkLabel: 'Open',
    });
  });
});

describe('a feature’s line', () => {
  test('carries the account’s own numbers', async () => {
    const { full } = await compiled('x');
    const context = { ...full, facts: { csv_rows: 12_345 } };
    expect(renderFeatureLine('{{ facts.csv_rows | number }} rows for {{ account.name }}', context)).toBe(
      '12,345 rows for Globex Robotics',
    );
  });

  test('is left out when one of its numbers is not known', async () => {
    const { full } = await compiled('x');
    expect(renderFeatureLine('{{ facts.csv_rows | number }} rows', { ...full, facts: { csv_rows: null } })).toBeNull();
    expect(renderFeatureLine('{{ facts.csv_rows }} rows', { ...full, facts: {} })).toBeNull();
  });
});

test('the template of the account’s plan comes before the one for all', async () => {
  const own = '---\nsubject: For starters\n---\nx\n';
  const result = await load({ ...SMALL, 'templates/starter/usage-summary.email.md': own });
  if (!result.ok) throw new Error('must load');
  const find = (plan: string) =>
    findTemplate(result.config.templates, { name: 'usage-summary', channel: 'email', plan });
  expect(find('starter')?.file).toBe('templates/starter/usage-summary.email.md');
  expect(find('pro')?.file).toBe(FILE);
  expect(findTemplate(result.config.templates, { name: 'usage-summary', channel: 'in_app', plan: 'pro' })).toBeNull();
});
