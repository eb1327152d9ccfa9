import type { ConnectDependencies } from '../kit/connector.ts';
import { hostFetch } from '../kit/doors.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import { vendorRequest } from '../kit/http.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { ownSettings } from '../kit/settings.ts';
import { classifyImport, classifyQuery } from './errors.ts';
import { type MixpanelSettings, manifest, REGION_HOSTS, settingsSchema } from './manifest.ts';
import {
  type EngageReply,
  engageReply,
  importReply,
  type MixpanelEvent,
  type Segments,
  segmentationReply,
} from './schemas.ts';

/** Most groups that one segmentation call returns: https://docs.mixpanel.com/reference/segmentation-query */
export const MAX_GROUPS = 10_000;
/** 10,000 accounts by day over a year, or by hour over three days. */
const MAX_SEGMENTATION_BYTES = 128 * 1024 * 1024;

export interface SegmentationQuery {
  event: string;
  where?: string;
  unit: 'day' | 'hour';
  /** Both inclusive, yyyy-mm-dd in the project's zone. */
  from: string;
  to: string;
}
export interface EngageQuery {
  /** Empty: none. */
  properties: string[];
  distinctIds?: string[];
  /** Absent: the first page. */
  cursor?: { sessionId: string; page: number };
}
export interface MixpanelClient {
  settings: MixpanelSettings;
  accountKey: string;
  segmentation: (query: SegmentationQuery, call: Call) => Promise<Segments>;
  engage: (query: EngageQuery, call: Call) => Promise<EngageReply>;
  importEvents: (events: MixpanelEvent[], call: WriteCall) => Promise<{ imported: number }>;
}

/** Mixpanel's HTTP API for one project. Every query takes its permit first, so that the shared quota holds. */
export function createClient(dependencies: ConnectDependencies): MixpanelClient {
  const { connection, secret, clock, budget, name } = dependencies;
  const settings = settingsSchema.parse(ownSettings(connection));
  const accountKey = connection.account_key;
  if (accountKey === undefined) {
    throw new InvalidInputError(
      `connections.${name} needs account_key: the event property that holds your account id`,
      {
        connector: manifest.name,
        operation: 'connect',
      },
    );
  }
  const fetch = hostFetch(hostGuard(manifest, connection));
  const hosts = REGION_HOSTS[settings.region];
  const queryUrl = baseUrl(connection, `https://${hosts.query}`);
  const ingestUrl = baseUrl(connection, `https://${hosts.ingest}`);
  const authorization = () => {
    const { username, secret: password } = connection.auth;
    return `Basic ${Buffer.from(`${username ? secret(username) : ''}:${password ? secret(password) : ''}`).toString('base64')}`;
  };
  const projectParameters = () => ({
    project_id: settings.project_id,
    ...(settings.workspace_id ? { workspace_id: settings.workspace_id } : {}),
  });
  const query = { fetch, budget, keys: ['query'], connector: manifest.name, classify: classifyQuery(clock.scale) };

  return {
    settings,
    accountKey,
    segmentation: async (wanted, call) => {
      const parameters = new URLSearchParams({
        ...projectParameters(),
        event: wanted.event,
        from_date: wanted.from,
        to_date: wanted.to,
        unit: wanted.unit,
        type: 'general',
        on: property(accountKey),
        limit: String(MAX_GROUPS),
        ...(wanted.where ? { where: wanted.where } : {}),
      });
      const { body } = await vendorRequest({
        ...query,
        operation: 'segmentation',
        method: 'GET',
        url: `${queryUrl}/api/query/segmentation?${parameters}`,
        headers: { authorization: authorization(), accept: 'application/json' },
        schema: segmentationReply,
        maxBytes: MAX_SEGMENTATION_BYTES,
        call,
      });
      return body.data.values;
    },
    engage: async (wanted, call) => {
      const form = new URLSearchParams({
        output_properties: JSON.stringify(wanted.properties),
        ...(settings.data_group_id ? { data_group_id: settings.data_group_id } : {}),
        ...(wanted.distinctIds ? { distinct_ids: JSON.stringify(wanted.distinctIds) } : {}),
        ...(wanted.cursor ? { session_id: wanted.cursor.sessionId, page: String(wanted.cursor.page) } : {}),
      });
      const { body } = await vendorRequest({
        ...query,
        operation: 'engage',
        method: 'POST',
        url: `${queryUrl}/api/query/engage?${new URLSearchParams(projectParameters())}`,
        headers: { authorization: authorization(), accept: 'application/json' },
        body: form,
        schema: engageReply,
        call,
      });
      return body;
    },
    importEvents: async (events, call) => {
      const { body } = await vendorRequest({
        fetch,
        budget,
        keys: ['import'],
        connector: manifest.name,
        operation: 'import',
        method: 'POST',
        url: `${ingestUrl}/import?${new URLSearchParams({ strict: '1', project_id: settings.project_id })}`,
        headers: { authorization: authorization(), 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(events),
        schema: importReply,
        classify: classifyImport,
        write: 'vendor_key',
        call,
      });
      return { imported: body.num_records_imported };
    },
  };
}

/** An expression that names a property: https://docs.mixpanel.com/reference/segmentation-expressions */
function property(name: string): string {
  return `properties["${name.replace(/[\\"]/g, '\\$&')}"]`;
}
