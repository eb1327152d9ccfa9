import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { TASK_QUEUE, WORKFLOW_TASK_TIMEOUT } from '../../server/task-queue.ts';
import type { Kind, Target } from './kinds.ts';
import type { Stage } from './stage.ts';
import type { effectLoad, LoadInput, LoadOutcome } from './workflow.ts';

const AGAIN_MS = 500;

export interface Load {
  /** Begins every subject's name: no two loads of a run share one. */
  name: string;
  subjects: number;
  waves: Kind[][];
  how: LoadInput['how'];
  inFlight: number;
}

export interface SubjectOutcome {
  subject: string;
  outcome: LoadOutcome;
}

/** Runs a workflow a subject, so many at once, through every restart of Temporal. */
export async function runLoad(
  stage: Stage,
  targets: Target[],
  load: Load,
  progress: (effects: number) => void,
): Promise<SubjectOutcome[]> {
  const outcomes: SubjectOutcome[] = [];
  let next = 0;
  let effects = 0;
  const one = async (n: number): Promise<void> => {
    const target = targets[n % targets.length];
    if (!target) throw new Error('there is no account to have effects on');
    const subject = `${load.name}${String(n).padStart(6, '0')}`;
    const outcome = await runSubject(stage, { subject, target, how: load.how, waves: load.waves });
    outcomes.push({ subject, outcome });
    effects += Object.values(outcome).filter(({ kind }) => kind !== 'skipped').length;
    progress(effects);
  };
  const lane = async () => {
    while (next < load.subjects) {
      next += 1;
      await one(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(load.inFlight, load.subjects) }, lane));
  return outcomes;
}

/** The effects of one subject, from its start to its end. */
export async function runSubject({ client }: Stage, input: LoadInput): Promise<LoadOutcome> {
  const options = {
    workflowId: `bench:${input.subject}`,
    taskQueue: TASK_QUEUE,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    args: [input] as [LoadInput],
  };
  await untilAnswered(async () => {
    await client.workflow.start<typeof effectLoad>('effectLoad', options).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
  });
  const handle = client.workflow.getHandle<typeof effectLoad>(options.workflowId);
  return await untilAnswered(() => handle.result());
}

/** A workflow that failed has answered; everything else is a server that is away. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
