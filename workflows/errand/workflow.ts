import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Errand } from '../../domain/errand.ts';
import { act } from '../activity-profiles.ts';
import { until } from '../waiting.ts';

export interface ErrandInput {
  clock: BusinessClock;
  errand: Errand;
}

/** One thing to do that belongs to no journey: tried until it is done, and held for as long as a guardrail says. */
export async function errand(input: ErrandInput): Promise<string> {
  for (;;) {
    const result = await act.runErrand(input.errand);
    if (result.kind === 'ended') return result.as;
    await until(input.clock, result.until, () => false);
    if (workflowInfo().continueAsNewSuggested) return await continueAsNew<typeof errand>(input);
  }
}
