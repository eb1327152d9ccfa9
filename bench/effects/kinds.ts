/** Every write operation there is; a message goes two ways. */
export const KINDS = [
  'mail',
  'prompt',
  'alert',
  'alert_update',
  'task',
  'task_done',
  'tag',
  'trial',
  'trial_end',
  'plan_change',
  'write_back',
] as const;
export type Kind = (typeof KINDS)[number];

/** What must have happened before, because it is changed or ended here. */
export const NEEDS: Partial<Record<Kind, Kind>> = { alert_update: 'alert', task_done: 'task', trial_end: 'trial' };

/** Who gets it. */
export const VENDOR: Record<Kind, string> = {
  mail: 'smtp',
  prompt: 'in_app',
  alert: 'slack',
  alert_update: 'slack',
  task: 'hubspot',
  task_done: 'hubspot',
  tag: 'hubspot',
  trial: 'stripe',
  trial_end: 'stripe',
  plan_change: 'stripe',
  write_back: 'mixpanel',
};

/** Where one account's things are at each vendor. */
export interface Target {
  account: string;
  email: string;
  userId: string;
  owner: string;
  companyId: string;
  customerId: string;
  subscriptionId: string;
  itemId: string;
  priceId: string;
  /** Seconds since 1970, within the subscription's period. */
  prorationDate: number;
}

/** One effect of one subject; `subject` is a word that nothing else carries, so that every vendor's ledger names it. */
export interface Item {
  subject: string;
  kind: Kind;
  target: Target;
  /** What the effect before it returned, for an update or an end. */
  earlier: Record<string, string> | null;
}

export const keyOf = ({ subject, kind }: Pick<Item, 'subject' | 'kind'>): string => `bench:${subject}:${kind}`;
