/** What every HubSpot account has from the start, as far as this one uses it. */

export const OBJECT_TYPES = ['companies', 'contacts', 'tickets', 'tasks', 'calls', 'emails', 'meetings'] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];
export const isObjectType = (name: string): name is ObjectType => (OBJECT_TYPES as readonly string[]).includes(name);

/** Object type in messages. */
export const SINGULAR: Record<ObjectType, string> = {
  companies: 'company',
  contacts: 'contact',
  tickets: 'ticket',
  tasks: 'task',
  calls: 'call',
  emails: 'email',
  meetings: 'meeting_event',
};

/** Default types of association by direction: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-guide */
export const ASSOCIATION_TYPES: Partial<Record<`${ObjectType}/${ObjectType}`, number>> = {
  'companies/contacts': 280,
  'contacts/companies': 279,
  'companies/tickets': 340,
  'tickets/companies': 339,
  'companies/calls': 181,
  'calls/companies': 182,
  'companies/emails': 185,
  'emails/companies': 186,
  'companies/meetings': 187,
  'meetings/companies': 188,
  'companies/tasks': 191,
  'tasks/companies': 192,
  'contacts/tickets': 15,
  'tickets/contacts': 16,
  'contacts/calls': 193,
  'calls/contacts': 194,
  'contacts/emails': 197,
  'emails/contacts': 198,
  'contacts/meetings': 199,
  'meetings/contacts': 200,
  'contacts/tasks': 203,
  'tasks/contacts': 204,
};

export interface PropertyDefinition {
  name: string;
  label: string;
  type: 'string' | 'number' | 'date' | 'datetime' | 'bool' | 'enumeration';
  fieldType: string;
  groupName: string;
  hasUniqueValue: boolean;
  hubspotDefined: boolean;
  readOnly: boolean;
  options: string[];
}

type Short = [name: string, type?: PropertyDefinition['type'], options?: string[]];

const COMMON: Short[] = [['hs_object_id'], ['hs_createdate', 'datetime'], ['hs_lastmodifieddate', 'datetime']];
const ACTIVITY: Short[] = [['hs_timestamp', 'datetime'], ['hubspot_owner_id']];

/** The subscription type "Marketing Information": each type makes a contact property of this kind. */
export const MARKETING_OPT_OUT = 'hs_email_optout_70001';

/** Values: the guides under https://developers.hubspot.com/docs/api-reference/latest/crm/activities */
const STANDARD: Record<ObjectType, Short[]> = {
  companies: [
    ['name'],
    ['domain'],
    ['hubspot_owner_id'],
    ['timezone'],
    ['numberofemployees', 'number'],
    ['createdate', 'datetime'],
  ],
  contacts: [
    ['email'],
    ['firstname'],
    ['lastname'],
    ['hubspot_owner_id'],
    ['hs_buying_role', 'enumeration', ['BLOCKER', 'BUDGET_HOLDER', 'CHAMPION', 'DECISION_MAKER', 'END_USER']],
    ['hs_email_optout', 'bool'],
    [MARKETING_OPT_OUT, 'bool'],
    ['hs_email_hard_bounce_reason_enum', 'enumeration', ['MAILBOX_FULL', 'UNKNOWN_USER', 'OTHER']],
    ['createdate', 'datetime'],
    ['lastmodifieddate', 'datetime'],
  ],
  tickets: [
    ['subject'],
    ['content'],
    ['hs_pipeline'],
    ['hs_pipeline_stage'],
    ['hs_ticket_priority', 'enumeration', ['LOW', 'MEDIUM', 'HIGH', 'URGENT']],
    ['createdate', 'datetime'],
  ],
  tasks: [
    ...ACTIVITY,
    ['hs_task_subject'],
    ['hs_task_body'],
    ['hs_task_status', 'enumeration', ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED']],
    ['hs_task_priority', 'enumeration', ['LOW', 'MEDIUM', 'HIGH', 'NONE']],
    ['hs_task_type', 'enumeration', ['TODO', 'CALL', 'EMAIL']],
    ['hs_task_reminders'],
  ],
  calls: [
    ...ACTIVITY,
    ['hs_call_title'],
    ['hs_call_body'],
    ['hs_call_direction', 'enumeration', ['INBOUND', 'OUTBOUND']],
    ['hs_call_duration', 'number'],
    ['hs_call_status', 'enumeration', ['BUSY', 'CANCELED', 'COMPLETED', 'FAILED', 'NO_ANSWER', 'QUEUED', 'RINGING']],
  ],
  emails: [
    ...ACTIVITY,
    ['hs_email_subject'],
    ['hs_email_text'],
    ['hs_email_direction', 'enumeration', ['EMAIL', 'INCOMING_EMAIL', 'FORWARDED_EMAIL']],
    ['hs_email_status', 'enumeration', ['BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING', 'SENT']],
    ['hs_email_from_email'],
  ],
  meetings: [
    ...ACTIVITY,
    ['hs_meeting_title'],
    ['hs_meeting_body'],
    ['hs_meeting_start_time', 'datetime'],
    ['hs_meeting_end_time', 'datetime'],
    ['hs_meeting_outcome', 'enumeration', ['SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED']],
  ],
};

/** What this company had added by itself before it met headroom. */
const CUSTOM: Partial<Record<ObjectType, Short[]>> = {
  companies: [
    ['headroom_account_id'],
    ['headroom_segment', 'enumeration', ['smb', 'mid_market', 'enterprise']],
    ['headroom_arr', 'number'],
    ['headroom_renewal_date', 'date'],
  ],
  contacts: [['headroom_user_id'], ['headroom_role']],
};

const READ_ONLY =
  /^(hs_object_id|hs_createdate|createdate|hs_lastmodifieddate|lastmodifieddate|hs_email_optout.*|hs_email_from_email)$/;
const FIELD_TYPES = {
  string: 'text',
  number: 'number',
  date: 'date',
  datetime: 'date',
  bool: 'booleancheckbox',
  enumeration: 'select',
};

function definition([name, type = 'string', options = []]: Short, hubspotDefined: boolean): PropertyDefinition {
  const label = name === MARKETING_OPT_OUT ? 'Opted out of email: Marketing Information' : name;
  const unique = name === 'headroom_account_id';
  const kind = { type, fieldType: FIELD_TYPES[type], options };
  const groupName = hubspotDefined ? 'hubspot_information' : 'customer_information';
  return { name, label, ...kind, groupName, hasUniqueValue: unique, hubspotDefined, readOnly: READ_ONLY.test(name) };
}

export function initialProperties(type: ObjectType): PropertyDefinition[] {
  return [
    ...[...COMMON, ...STANDARD[type]].map((short) => definition(short, true)),
    ...(CUSTOM[type] ?? []).map((short) => definition(short, false)),
  ];
}

export interface Pipeline {
  id: string;
  label: string;
  stages: readonly { id: string; label: string; metadata: { ticketState?: 'OPEN' | 'CLOSED' } }[];
}

/** `support` is the pipeline that every account begins with; in the other, a stage names its state only where it is closed. */
export const TICKET_PIPELINES = {
  support: {
    id: '0',
    label: 'Support Pipeline',
    stages: [
      { id: '1', label: 'New', metadata: { ticketState: 'OPEN' } },
      { id: '2', label: 'Waiting on contact', metadata: { ticketState: 'OPEN' } },
      { id: '3', label: 'Waiting on us', metadata: { ticketState: 'OPEN' } },
      { id: '4', label: 'Closed', metadata: { ticketState: 'CLOSED' } },
    ],
  },
  escalations: {
    id: '70100',
    label: 'Escalations',
    stages: [
      { id: '70101', label: 'Being looked at', metadata: {} },
      { id: '70102', label: 'Solved', metadata: { ticketState: 'CLOSED' } },
    ],
  },
} as const satisfies Record<string, Pipeline>;

export const isClosedStage = (pipeline: string, stage: string): boolean =>
  Object.values<Pipeline>(TICKET_PIPELINES).some(
    ({ id, stages }) =>
      id === pipeline && stages.some((one) => one.id === stage && one.metadata.ticketState === 'CLOSED'),
  );
