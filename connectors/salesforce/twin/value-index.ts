import type { ObjectName } from './definitions.ts';
import type { SalesforceRecord, Value } from './org.ts';

/** What records are looked for by; without it a sandbox with thousands of accounts would only search. */
const INDEXED: Record<ObjectName, string[]> = {
  Account: ['Headroom_Account_Id__c'],
  Contact: ['AccountId', 'Email', 'Product_User_Id__c'],
  Case: ['AccountId'],
  Opportunity: ['AccountId'],
  Task: ['AccountId', 'WhatId', 'Headroom_Key__c'],
  Event: ['AccountId'],
  EmailMessage: ['ActivityId'],
  User: ['Email'],
};

const lower = (value: Value | undefined) => String(value).toLowerCase();

/** Records by the values of some of their fields, in the order in which they came to have them; case does not count. */
export class ValueIndex {
  readonly #records = new Map<string, Set<SalesforceRecord>>();

  has = (object: ObjectName, field: string): boolean => INDEXED[object].includes(field);

  get = (object: ObjectName, field: string, value: Value): SalesforceRecord[] => [
    ...(this.#records.get(`${object}.${field}=${lower(value)}`) ?? []),
  ];

  /** Changes a record and keeps the index right. */
  around(record: SalesforceRecord, change: () => void): void {
    const fields = INDEXED[record.object];
    const before = fields.map((field) => record[field]);
    change();
    fields.forEach((field, n) => {
      if (before[n] === record[field]) return;
      this.#records.get(`${record.object}.${field}=${lower(before[n])}`)?.delete(record);
      const key = `${record.object}.${field}=${lower(record[field])}`;
      this.#records.set(key, (this.#records.get(key) ?? new Set()).add(record));
    });
  }
}
