import { defineSignal } from '@temporalio/workflow';

export const onboardingWakeSignal = defineSignal<[]>('wake');
