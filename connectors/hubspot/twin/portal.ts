/** The state of one HubSpot account: records, what is associated with what, properties, owners. */
import type { Iso } from '../../../domain/model.ts';
import {
  ASSOCIATION_TYPES,
  initialProperties,
  OBJECT_TYPES,
  type ObjectType,
  type PropertyDefinition,
} from './definitions.ts';

export interface CrmRecord {
  id: string;
  type: ObjectType;
  properties: Record<string, string>;
  createdAt: Iso;
  updatedAt: Iso;
}
export interface Owner {
  /** What records carry. */
  id: string;
  userId: number;
  email: string;
  createdAt: Iso;
}

/** Something that an app may have subscribed to. */
export type PortalChange =
  | { kind: 'created'; record: CrmRecord; at: Iso }
  | { kind: 'changed'; record: CrmRecord; property: string; value: string; at: Iso }
  | { kind: 'associated'; from: CrmRecord; to: CrmRecord; at: Iso };

const FIRST_ID = 40_000_000_000;
const FIRST_OWNER_ID = 81_000_000;

export class Portal {
  readonly records = new Map<ObjectType, Map<string, CrmRecord>>(OBJECT_TYPES.map((type) => [type, new Map()]));
  readonly properties = new Map<ObjectType, Map<string, PropertyDefinition>>(
    OBJECT_TYPES.map((type) => [type, new Map(initialProperties(type).map((one) => [one.name, one]))]),
  );
  readonly groups = new Map<ObjectType, Set<string>>(
    OBJECT_TYPES.map((type) => [type, new Set(initialProperties(type).map(({ groupName }) => groupName))]),
  );
  readonly owners: Owner[] = [];
  /** Told of each change, after it. */
  onChange: (change: PortalChange) => void = () => {};
  readonly #links = new Map<string, Set<string>>();
  #lastId = FIRST_ID;

  of(type: ObjectType): Map<string, CrmRecord> {
    return this.records.get(type) ?? new Map();
  }

  definitions(type: ObjectType): Map<string, PropertyDefinition> {
    return this.properties.get(type) ?? new Map();
  }

  create(type: ObjectType, properties: Record<string, string>, at: Iso): CrmRecord {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const record: CrmRecord = { id, type, properties: { hs_object_id: id }, createdAt: at, updatedAt: at };
    record.properties[this.definitions(type).has('createdate') ? 'createdate' : 'hs_createdate'] = at;
    this.of(type).set(id, record);
    this.#write(record, properties, at);
    this.onChange({ kind: 'created', record, at });
    return record;
  }

  /** An empty value clears the property, as in the API. */
  update(record: CrmRecord, properties: Record<string, string>, at: Iso): void {
    const changed = Object.entries(properties).filter(([name, value]) => (record.properties[name] ?? '') !== value);
    this.#write(record, properties, at);
    for (const [property, value] of changed) this.onChange({ kind: 'changed', record, property, value, at });
  }

  #write(record: CrmRecord, properties: Record<string, string>, at: Iso): void {
    for (const [name, value] of Object.entries(properties)) {
      if (value === '') delete record.properties[name];
      else record.properties[name] = value;
    }
    record.properties[record.type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'] = at;
    record.updatedAt = at;
  }

  /** @throws Error for two types that have nothing to do with each other */
  link(from: CrmRecord, to: CrmRecord): void {
    if (ASSOCIATION_TYPES[`${from.type}/${to.type}`] === undefined) throw new Error(`${from.type} and ${to.type}`);
    this.#add(from, to);
    this.#add(to, from);
    this.onChange({ kind: 'associated', from, to, at: from.updatedAt });
  }

  #add(from: CrmRecord, to: CrmRecord): void {
    const key = `${from.id}/${to.type}`;
    this.#links.set(key, (this.#links.get(key) ?? new Set()).add(to.id));
  }

  /** Oldest first. */
  linked(id: string, to: ObjectType): CrmRecord[] {
    const ids = [...(this.#links.get(`${id}/${to}`) ?? [])];
    return ids.flatMap((one) => this.of(to).get(one) ?? []);
  }

  /** The owner of this address, made where there is none. */
  owner(email: string, at: Iso): Owner {
    const known = this.owners.find((one) => one.email === email);
    if (known) return known;
    const n = this.owners.length + 1;
    const owner = { id: String(FIRST_OWNER_ID + n), userId: 9_000_000 + n, email, createdAt: at };
    this.owners.push(owner);
    return owner;
  }

  companyOf(account: string): CrmRecord | null {
    return this.find('companies', 'headroom_account_id', account);
  }

  find(type: ObjectType, property: string, value: string): CrmRecord | null {
    for (const record of this.of(type).values()) if (record.properties[property] === value) return record;
    return null;
  }

  /** Our account id of the first company that a record belongs to. */
  accountOf(record: CrmRecord): string | null {
    const company = record.type === 'companies' ? record : this.linked(record.id, 'companies')[0];
    return company?.properties.headroom_account_id ?? null;
  }
}
