import { expect, test } from 'vitest';
import { findForms, findLinks } from './html.ts';

test('reads a form as a person fills it in', () => {
  const html = `<form class="x" action='/t/abc?x=1&amp;y=2' method=post>
    <input type="hidden" name="token" value="a&quot;b"><input type=checkbox name=extra value=1>
    <button name="answer" value="yes"><b>Upgrade</b> now</button></form>`;
  expect(findForms(html, 'http://hub.example/t/abc')).toEqual([
    {
      method: 'POST',
      action: 'http://hub.example/t/abc?x=1&y=2',
      fields: { token: 'a"b', answer: 'yes' },
      label: 'Upgrade now',
    },
  ]);
});

test('a form without an action goes back to its page', () => {
  const [form] = findForms('<form method="POST"><input type="submit" value="Go"></form>', 'http://hub.example/a/1');
  expect(form).toMatchObject({ action: 'http://hub.example/a/1', label: 'Go' });
});

test('finds addresses in text and in HTML, each once', () => {
  const text =
    'Start it: http://h.example/a/1. <a href="http://h.example/a/1">here</a> (https://b.example/x?y=1&amp;z=2)';
  expect(findLinks(text)).toEqual(['http://h.example/a/1', 'https://b.example/x?y=1&z=2']);
});
