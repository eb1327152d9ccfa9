import type { OpenConnection } from '../../activities/connections.ts';
import type { Deps } from '../../activities/deps.ts';
import type { Capabilities } from '../../connectors/kit/capabilities.ts';
import type { InboxRow } from '../../store/index.ts';
import type { RequestTrial } from '../http/context.ts';
import { takeBillingEvent } from './billing-event.ts';
import { takeChatAction } from './chat-action.ts';
import { takeCohortEvent } from './cohort-event.ts';
import { takeCrmEvent } from './crm-event.ts';
import { takeMailReport } from './mail-report.ts';

export interface Dispatch {
  deps: Deps;
  requestTrial: RequestTrial;
}

/** Handles one event, perhaps again: whatever a first try has done must do no harm twice. */
export type HandleEvent = (dispatch: Dispatch, connection: OpenConnection, row: InboxRow) => Promise<void>;

/** Who handles what a vendor sends, by what its connection can do. */
const HANDLERS: { [One in keyof Capabilities]?: HandleEvent } = {
  billing: takeBillingEvent,
  crm: takeCrmEvent,
  chat: takeChatAction,
  message: takeMailReport,
  usage: takeCohortEvent,
};

export async function handleEvent(dispatch: Dispatch, row: InboxRow): Promise<void> {
  const connection = dispatch.deps.connections.get(row.source);
  if (!connection)
    throw new Error(`config has no connection ${row.source} any more; add it again, then replay this event`);
  // Connections can do one of these each; the keys of HANDLERS are keys of Capabilities.
  const [, handle] = Object.entries(HANDLERS).find(([one]) => connection.capabilities[one as keyof Capabilities]) ?? [];
  if (!handle) throw new Error(`nothing here handles ${row.type} of ${row.source}`);
  await handle(dispatch, connection, row);
}
