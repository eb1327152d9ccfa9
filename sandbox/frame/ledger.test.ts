import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFile } from '../testing/support.ts';
import { createLedger } from './ledger.ts';
import type { LedgerEntry } from './types.ts';

const told = (state: 'open' | 'closed'): LedgerEntry => ({
  at: '2026-03-02T00:00:00.000Z',
  wireAt: 0,
  vendor: 'hubspot',
  kind: 'fact_told',
  account: 'a_1',
  id: 't_1',
  summary: 'ticket',
  fact: { rule: 'severe_ticket', id: 't_1', state },
});

test('a fact that the hub reads again and again stands there once for each change', () => {
  const ledger = createLedger(null);
  for (const state of ['open', 'open', 'closed', 'closed', 'open'] as const) ledger.append(told(state));
  expect(ledger.entries.map((entry) => entry.fact?.state)).toEqual(['open', 'closed', 'open']);
});

test('the file holds what the memory holds', async () => {
  const file = await temporaryFile('ledger.ndjson');
  const ledger = createLedger(file);
  ledger.append(told('open'));
  ledger.append({ ...told('open'), kind: 'mail', id: 'm_1' });
  await ledger.flush();
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual(ledger.entries);
  await ledger.close();
});
