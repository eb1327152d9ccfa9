export const TASK_QUEUE = 'headroom';
/** Short, so that a workflow task taken by a worker that was killed is soon given to the next one. */
export const WORKFLOW_TASK_TIMEOUT = '5s';
