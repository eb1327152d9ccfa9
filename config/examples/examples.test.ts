import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../bench/worlds/common.mjs';
import { connectors } from '../../connectors/registry.ts';
import { loadConfigFolder } from '../load.ts';
import { renderMessage } from '../render/render.ts';
import { fullSample, sparseSample } from '../sample.ts';
import { templateUses } from '../template-uses.ts';
import { findTemplate } from '../templates.ts';

/** The real ones: an example is copied, and must hold. */
const registry = Object.fromEntries(Object.entries(connectors).map(([name, { manifest }]) => [name, manifest]));
const env = new Proxy<Record<string, string>>({}, { get: () => 'set' });

async function load(name: string) {
  const dir = fileURLToPath(new URL(name, import.meta.url));
  const loaded = await loadConfigFolder(dir, { connectors: registry, env });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return { ...loaded.config, warnings: loaded.warnings };
}

describe.each(['tidewater', 'larkspur'])('%s', async (name) => {
  const { config, templates, warnings } = await load(name);

  test('has no problems and no warnings', () => {
    expect(warnings).toEqual([]);
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
});

test('starter, team and pro get texts of their own', async () => {
  const { templates } = await load('tidewater');
  for (const name of ['usage-summary', 'urgent-upgrade']) {
    const files = ['starter', 'team', 'pro', 'enterprise'].map(
      (plan) => findTemplate(templates, { name, channel: 'email', plan })?.file,
    );
    expect(new Set(files).size).toBe(4);
  }
});
