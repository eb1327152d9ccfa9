import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { JourneyState } from '../../domain/journey/types.ts';

/** Says only that the store has something new for this account and product. */
export const wakeSignal = defineSignal<[]>('wake');
export const journeyViewQuery = defineQuery<JourneyState | null>('journeyView');
