import type { Iso, Ticket } from '../../../domain/model.ts';
import type { Call } from '../../kit/operation.ts';
import type { HubSpotClient } from '../client.ts';
import type { HubSpotSettings } from '../manifest.ts';
import { paths } from '../paths.ts';
import { type CrmObject, pipelineList } from '../schemas.ts';
import { hourly } from './hourly.ts';
import { append, associated, companiesByObject, readObjects } from './objects.ts';
import { toIso } from './values.ts';

const PROPERTIES = ['subject', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'createdate'];

export type ReadTickets = (accounts: Map<string, string>, call: Call) => Promise<Map<string, Ticket[]>>;

/** Tickets of companies; `accounts` says which account each company is. */
export function readTickets(client: HubSpotClient): ReadTickets {
  const closedStages = hourly((call) => readClosedStages(client, call));
  return async (accounts, call) => {
    const companies = companiesByObject(await associated(client, { to: 'tickets' }, [...accounts.keys()], call));
    const tickets = new Map<string, Ticket[]>();
    if (companies.size === 0) return tickets;
    const closed = await closedStages(call);
    for await (const batch of readObjects(client, 'tickets', companies.keys(), PROPERTIES, call)) {
      for (const object of batch) {
        const ticket = toTicket(object, closed, client.settings);
        for (const company of companies.get(object.id) ?? []) {
          const account = accounts.get(company);
          if (account !== undefined) append(tickets, company, { ...ticket, account });
        }
      }
    }
    return tickets;
  };
}

function toTicket(
  { id, properties, createdAt }: CrmObject,
  closed: Set<string>,
  settings: HubSpotSettings,
): Omit<Ticket, 'account'> {
  const { hs_pipeline: pipeline, hs_pipeline_stage: stage, hs_ticket_priority: priority } = properties;
  const counts = settings.severe_pipelines === undefined || settings.severe_pipelines.includes(pipeline ?? '');
  const at: Iso | null = toIso(properties.createdate) ?? toIso(createdAt);
  return {
    externalId: id,
    // Options of the priority are the portal's own; names in config need not match in case.
    severe: counts && settings.severe_priorities.some((name) => name.toUpperCase() === priority?.toUpperCase()),
    open: !closed.has(stageKey(pipeline ?? '', stage ?? '')),
    subject: properties.subject ?? null,
    at: at ?? new Date(0).toISOString(),
  };
}

const stageKey = (pipeline: string, stage: string) => `${pipeline}/${stage}`;

/**
 * Stages in which a ticket is done, each in its own pipeline. `ticketState` is optional; a stage without it, or one that
 * we do not know, is open: https://developers.hubspot.com/docs/api-reference/legacy/crm/pipelines/get-pipelines
 */
async function readClosedStages(client: HubSpotClient, call: Call): Promise<Set<string>> {
  const { results } = await client.read(
    { operation: 'read ticket pipelines', method: 'GET', path: paths.pipelines('tickets'), reply: pipelineList },
    call,
  );
  return new Set(
    results.flatMap(({ id, stages }) =>
      stages.filter(({ metadata }) => metadata?.ticketState === 'CLOSED').map((stage) => stageKey(id, stage.id)),
    ),
  );
}
