import type { Capabilities } from '../../connectors/kit/capabilities.ts';
import type { WriteOperation } from '../../connectors/kit/operation.ts';
import type { Priority } from '../../domain/budget/types.ts';
import type { Json } from '../../domain/model.ts';

/** Every write there is, by the name that stands in the effect ledger. */
const OPERATIONS = {
  'usage.writeBack': (c: Capabilities) => c.usage?.writeBack,
  'billing.startTrial': (c: Capabilities) => c.billing?.startTrial,
  'billing.endTrial': (c: Capabilities) => c.billing?.endTrial,
  'billing.changePlan': (c: Capabilities) => c.billing?.changePlan,
  'crm.createTask': (c: Capabilities) => c.crm?.createTask,
  'crm.completeTask': (c: Capabilities) => c.crm?.completeTask,
  'crm.tagAccount': (c: Capabilities) => c.crm?.tagAccount,
  'chat.postAlert': (c: Capabilities) => c.chat?.postAlert,
  'chat.updateAlert': (c: Capabilities) => c.chat?.updateAlert,
  'message.send': (c: Capabilities) => c.message?.send,
} as const;

export type OperationName = keyof typeof OPERATIONS;

type Found<N extends OperationName> = NonNullable<ReturnType<(typeof OPERATIONS)[N]>>;
export type InputOf<N extends OperationName> = Found<N> extends WriteOperation<infer I, Json, Json> ? I : never;
export type ResultOf<N extends OperationName> = Found<N> extends WriteOperation<infer _I, Json, infer R> ? R : never;

export function operation<N extends OperationName>(
  capabilities: Capabilities,
  name: N,
): WriteOperation<InputOf<N>, Json, ResultOf<N>> | null {
  // The table above pairs names and operations; TypeScript cannot follow a union of functions through an index.
  return (OPERATIONS[name](capabilities) ?? null) as WriteOperation<InputOf<N>, Json, ResultOf<N>> | null;
}

/** Who goes first where a vendor allows less than is wanted: a person waits for a trial, our own people for an alert. */
const PRIORITY: Record<OperationName, Priority> = {
  'billing.startTrial': 'click',
  'billing.endTrial': 'click',
  'billing.changePlan': 'click',
  'chat.updateAlert': 'alert',
  'chat.postAlert': 'alert',
  'crm.createTask': 'alert',
  'message.send': 'message',
  'crm.completeTask': 'message',
  'crm.tagAccount': 'message',
  'usage.writeBack': 'sweep',
};

export function priorityOf(name: OperationName): Priority {
  return PRIORITY[name];
}

export function operationNames(): OperationName[] {
  // Object.keys forgets what the keys are.
  return Object.keys(OPERATIONS) as OperationName[];
}

export function isOperationName(name: string): name is OperationName {
  return name in OPERATIONS;
}
