import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CATALOG } from '../../bench/worlds/common.mjs';
import { loadConfigFolder } from '../load.ts';
import { renderMessage } from '../render/render.ts';
import { fullSample, sparseSample } from '../sample.ts';
import { templateUses } from '../template-uses.ts';
import { findTemplate } from '../templates.ts';
import { registry } from '../testing/registry.ts';

const dir = fileURLToPath(new URL('tidewater', import.meta.url));
const env = new Proxy<Record<string, string>>({}, { get: () => 'set' });
const loaded = await loadConfigFolder(dir, { connectors: registry, env });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
const { config, templates } = loaded.config;

test('the example has no problems and no warnings', () => {
  expect(loaded.warnings).toEqual([]);
});

test('its catalogue is the one of the test worlds', () => {
  const limits = Object.entries(config.products).map(([product, { plans }]) => [
    product,
    Object.fromEntries(Object.entries(plans).map(([plan, { limits }]) => [plan, limits])),
  ]);
  const worlds = Object.entries(CATALOG).map(([product, plans]) => [
    product,
    Object.fromEntries(
      Object.entries(plans).map(([plan, { limits }]) => [
        plan,
        Object.fromEntries(Object.entries(limits).map(([metric, limit]) => [metric, limit ?? 'unlimited'])),
      ]),
    ),
  ]);
  expect(Object.fromEntries(limits)).toEqual(Object.fromEntries(worlds));
  for (const [product, { plans }] of Object.entries(config.products)) {
    for (const [plan, { price }] of Object.entries(plans)) expect(price).toBe(`${product}_${plan}_monthly`);
  }
});

test('each product has at least two reasons for each next tier that is sold by itself', () => {
  for (const [name, { features }] of Object.entries(config.products)) {
    for (const tier of ['team', 'pro']) {
      const reasons = Object.values(features).filter((feature) => feature.tier === tier);
      expect(reasons.length, `${name} ${tier}`).toBeGreaterThanOrEqual(2);
    }
  }
});

test('every message it can send renders whole for every plan and metric, much or little known of the account', () => {
  const uses = templateUses(config);
  expect(uses.length).toBeGreaterThan(50);
  for (const use of uses) {
    const template = findTemplate(templates, { name: use.template, channel: use.channel, plan: use.plan });
    if (!template) throw new Error(`no template ${use.template}`);
    for (const sample of [fullSample(config, use), sparseSample(config, use)]) {
      const { subject, html, text } = renderMessage(template, sample);
      expect(`${subject}${html}${text}`).not.toMatch(/\{[{%]|[%}]\}|\[\[|undefined|NaN/);
      expect(text.length).toBeGreaterThan(20);
    }
  }
});

test('starter, team and pro get texts of their own', () => {
  for (const name of ['usage-summary', 'urgent-upgrade']) {
    const files = ['starter', 'team', 'pro', 'enterprise'].map(
      (plan) => findTemplate(templates, { name, channel: 'email', plan })?.file,
    );
    expect(new Set(files).size).toBe(4);
  }
});
