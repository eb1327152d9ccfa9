export { openStore, type Store, type StoreOptions } from './open.ts';
export { inTransaction, type Tx } from './transaction.ts';
export { readDataKey } from './vault.ts';
