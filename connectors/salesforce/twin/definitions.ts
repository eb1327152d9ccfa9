/** The objects of this org and their fields, as far as it uses them. */

export const OBJECT_NAMES = [
  'Account',
  'Contact',
  'Case',
  'Opportunity',
  'Task',
  'Event',
  'EmailMessage',
  'User',
] as const;
export type ObjectName = (typeof OBJECT_NAMES)[number];

/** Names are taken in any case. */
export const objectNamed = (name: string): ObjectName | null =>
  OBJECT_NAMES.find((one) => one.toLowerCase() === name.toLowerCase()) ?? null;

/** https://help.salesforce.com/s/articleView?id=000385203 */
export const ID_PREFIX: Record<ObjectName, string> = {
  Account: '001',
  Contact: '003',
  Case: '500',
  Opportunity: '006',
  Task: '00T',
  Event: '00U',
  EmailMessage: '02s',
  User: '005',
};

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'picklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'date'
  | 'datetime'
  | 'reference';

export interface FieldDefinition {
  name: string;
  type: FieldType;
  length: number;
  custom: boolean;
  createable: boolean;
  updateable: boolean;
  filterable: boolean;
  externalId: boolean;
  unique: boolean;
  required: boolean;
  /** Values of a restricted picklist; empty: any. */
  values: string[];
  referenceTo: ObjectName[];
  relationshipName: string | null;
}

type More = Partial<Omit<FieldDefinition, 'name' | 'type'>>;
type Short = [name: string, type?: FieldType, more?: More];

const READ_ONLY: More = { createable: false, updateable: false };
const NOT_FILTERED: More = { filterable: false };
const to = (object: ObjectName, relationshipName: string, more: More = {}): More => ({
  referenceTo: [object],
  relationshipName,
  ...more,
});
const anyOf = (...values: string[]): More => ({ values });
const LENGTHS: Partial<Record<FieldType, number>> = { string: 255, textarea: 32_000, email: 80, picklist: 40 };

export function definition([name, type = 'string', more = {}]: Short): FieldDefinition {
  return {
    name,
    type,
    length: LENGTHS[type] ?? (type === 'id' || type === 'reference' ? 18 : 0),
    custom: name.endsWith('__c'),
    createable: true,
    updateable: true,
    filterable: true,
    externalId: false,
    unique: false,
    required: false,
    values: [],
    referenceTo: [],
    relationshipName: null,
    ...more,
  };
}

const SYSTEM: Short[] = [
  ['Id', 'id', READ_ONLY],
  ['IsDeleted', 'boolean', READ_ONLY],
  ['CreatedDate', 'datetime', READ_ONLY],
  ['LastModifiedDate', 'datetime', READ_ONLY],
  ['SystemModstamp', 'datetime', READ_ONLY],
];
/** Of tasks and events; custom fields are made on Activity and stand on both. */
const ACTIVITY: Short[] = [
  ['Subject', 'string'],
  ['Description', 'textarea', NOT_FILTERED],
  ['OwnerId', 'reference', to('User', 'Owner')],
  ['AccountId', 'reference', to('Account', 'Account', READ_ONLY)],
  ['WhatId', 'reference', { referenceTo: ['Account', 'Opportunity', 'Case'], relationshipName: 'What' }],
  ['WhoId', 'reference', to('Contact', 'Who')],
  ['Type', 'picklist', anyOf('Call', 'Email', 'Meeting', 'Other')],
  ['Headroom_Key__c', 'string', { length: 64, externalId: true, unique: true }],
];

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_list.htm */
const FIELDS: Record<ObjectName, Short[]> = {
  Account: [
    ['Name', 'string', { required: true }],
    ['OwnerId', 'reference', to('User', 'Owner')],
    ['Type', 'picklist'],
    ['Industry', 'picklist'],
    ['AnnualRevenue', 'currency'],
    ['NumberOfEmployees', 'int'],
    // What this company had added by itself before it met headroom, and what headroom's guide asks for.
    ['Headroom_Account_Id__c', 'string', { length: 64, externalId: true, unique: true }],
    ['Segment__c', 'picklist', anyOf('SMB', 'Mid-Market', 'Enterprise')],
    ['Time_Zone__c', 'string'],
    ['ARR__c', 'currency'],
    ['Renewal_Date__c', 'date'],
    ['CSM__c', 'reference', to('User', 'CSM__r')],
    ['Headroom_QBR_Tag__c', 'string'],
    ['Headroom_Last_Trigger__c', 'string', { length: 80 }],
    ['Headroom_Last_Trigger_At__c', 'datetime'],
    ['Headroom_Utilization__c', 'double'],
    ['Headroom_Recommended_Plan__c', 'string', { length: 80 }],
    ['Headroom_Trial_State__c', 'string', { length: 40 }],
  ],
  Contact: [
    ['AccountId', 'reference', to('Account', 'Account')],
    ['Name', 'string', READ_ONLY],
    ['FirstName', 'string', { length: 40 }],
    ['LastName', 'string', { length: 80, required: true }],
    ['Email', 'email'],
    ['OwnerId', 'reference', to('User', 'Owner')],
    ['HasOptedOutOfEmail', 'boolean'],
    ['IsEmailBounced', 'boolean', READ_ONLY],
    ['No_Contact__c', 'boolean'],
    ['Product_User_Id__c', 'string'],
    ['Product_Role__c', 'picklist'],
  ],
  Case: [
    ['CaseNumber', 'string', READ_ONLY],
    ['AccountId', 'reference', to('Account', 'Account')],
    ['ContactId', 'reference', to('Contact', 'Contact')],
    ['OwnerId', 'reference', to('User', 'Owner')],
    ['Subject', 'string'],
    ['Description', 'textarea', NOT_FILTERED],
    ['Status', 'picklist'],
    ['Priority', 'picklist'],
    ['IsClosed', 'boolean', READ_ONLY],
    ['ClosedDate', 'datetime', READ_ONLY],
  ],
  Opportunity: [
    ['Name', 'string', { length: 120, required: true }],
    ['AccountId', 'reference', to('Account', 'Account')],
    ['OwnerId', 'reference', to('User', 'Owner')],
    ['Amount', 'currency'],
    ['CloseDate', 'date', { required: true }],
    ['StageName', 'picklist', { required: true }],
    ['Type', 'picklist'],
    ['IsClosed', 'boolean', READ_ONLY],
    ['IsWon', 'boolean', READ_ONLY],
  ],
  Task: [
    ...ACTIVITY,
    ['ActivityDate', 'date'],
    ['Status', 'picklist', anyOf('Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred')],
    ['Priority', 'picklist', anyOf('High', 'Normal', 'Low')],
    ['TaskSubtype', 'picklist', { ...anyOf('Task', 'Email', 'Call'), updateable: false }],
    ['CallDisposition', 'string'],
    ['CallType', 'picklist', anyOf('Internal', 'Inbound', 'Outbound')],
    ['CallDurationInSeconds', 'int'],
    ['IsClosed', 'boolean', READ_ONLY],
    ['IsArchived', 'boolean', READ_ONLY],
    ['CompletedDateTime', 'datetime', READ_ONLY],
  ],
  Event: [
    ...ACTIVITY,
    ['StartDateTime', 'datetime', { required: true }],
    ['EndDateTime', 'datetime', { required: true }],
    ['IsChild', 'boolean', READ_ONLY],
    ['IsRecurrence', 'boolean', READ_ONLY],
  ],
  EmailMessage: [
    ['ActivityId', 'reference', to('Task', 'Activity')],
    ['Subject', 'string'],
    ['TextBody', 'textarea', NOT_FILTERED],
    ['FromAddress', 'email'],
    ['Incoming', 'boolean'],
    ['MessageDate', 'datetime'],
  ],
  User: [
    ['Username', 'string', READ_ONLY],
    ['Name', 'string', READ_ONLY],
    ['Email', 'email', READ_ONLY],
    ['IsActive', 'boolean', READ_ONLY],
    ['UserType', 'picklist', READ_ONLY],
  ],
};

export const initialFields = (object: ObjectName): FieldDefinition[] => [...SYSTEM, ...FIELDS[object]].map(definition);
