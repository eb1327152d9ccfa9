import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Iso, TrialState } from '../../domain/model.ts';

export interface GrantTrialInput {
  actor: string;
  surface: 'slack' | 'crm_link' | 'api';
}
export interface TrialView {
  offerId: string;
  state: TrialState;
  endsAt: Iso | null;
}

export const grantTrialUpdate = defineUpdate<TrialView, [GrantTrialInput]>('grantTrial');
export const trialWakeSignal = defineSignal<[]>('wake');
export const trialViewQuery = defineQuery<TrialView>('trialView');
