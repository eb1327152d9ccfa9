import type { Row } from '../schemas.ts';
import { textOf } from '../soql.ts';

/** What rows say, by the account that each belongs to; null: the row says nothing. */
export function byAccount<Item>(rows: Row[], read: (row: Row) => Item | null): Map<string, Item[]> {
  const lists = new Map<string, Item[]>();
  for (const row of rows) {
    const id = textOf(row, 'AccountId');
    const item = id === null ? null : read(row);
    if (id === null || item === null) continue;
    const list = lists.get(id);
    if (list) list.push(item);
    else lists.set(id, [item]);
  }
  return lists;
}
