import type { Deps } from '../../activities/deps.ts';
import { takeReadings } from '../../activities/usage/take-readings.ts';
import type { Reading } from '../../domain/model.ts';
import { insertTriggerEvents, inTransaction, mergeFacts, readAccounts } from '../../store/index.ts';
import type { IngestReadings, PushedRow } from '../http/context.ts';

/** Readings and facts that the product pushes itself. Rows that make no sense are refused one by one. */
export function ingestReadings(deps: Deps): IngestReadings {
  return async (source, rows) => {
    const { config } = deps.configs.current();
    const now = deps.now();
    return await inTransaction(deps.store, async (tx) => {
      const known = new Set(
        (await readAccounts(tx, [...new Set(rows.map((row) => row.account))])).map((account) => account.id),
      );
      const judged = rows.map((row, index) => ({ row, index, reason: judge(row) }));
      const readings = judged.flatMap(({ row, reason }): Reading[] =>
        reason === null && row.type === 'reading' ? [toReading(row)] : [],
      );
      const facts = judged.flatMap(({ row, reason }) => (reason === null && row.type === 'fact' ? [row] : []));
      const taken = await takeReadings(tx, {
        config,
        source,
        readings,
        firstRead: false,
        now,
        wireNow: deps.wireNow(),
      });
      await insertTriggerEvents(tx, taken.events, now);
      await mergeFacts(tx, facts, now);
      const rejected = judged.flatMap(({ index, reason }) => (reason === null ? [] : [{ index, reason }]));
      return { stored: taken.stored + facts.length, rejected };

      function judge(row: PushedRow): string | null {
        if (!known.has(row.account)) return `there is no account ${row.account}`;
        if (row.type === 'fact') return config.facts[row.fact] ? null : `config declares no fact ${row.fact}`;
        const metric = config.metrics[row.metric];
        if (!metric) return `config declares no metric ${row.metric}; known: ${Object.keys(config.metrics).join(', ')}`;
        if (metric.product !== row.product)
          return `metric ${row.metric} belongs to product ${metric.product}, not ${row.product}`;
        return row.observedAt > now ? 'observedAt lies in the future' : null;
      }
    });

    function toReading({ type: _, ...row }: Extract<PushedRow, { type: 'reading' }>): Reading {
      return { ...row, source, receivedAt: now };
    }
  };
}
