import type { ApiRole } from '../../store/index.ts';

const PRODUCT: ApiRole[] = ['product', 'admin'];
const READ: ApiRole[] = ['viewer', 'am', 'revops', 'admin'];
const ACT: ApiRole[] = ['am', 'revops', 'admin'];
const OPERATE: ApiRole[] = ['revops', 'admin'];
const ADMIN: ApiRole[] = ['admin'];

/** Who may call what. A route that is missing here does not start. */
export const ROUTE_ROLES: Record<string, ApiRole[]> = {
  'POST /api/v1/usage': PRODUCT,
  'GET /api/v1/prompts': PRODUCT,
  'POST /api/v1/prompts/:key/:mark': PRODUCT,
  'GET /api/v1/accounts': READ,
  'GET /api/v1/accounts/:id': READ,
  'GET /api/v1/accounts/:id/why': READ,
  'GET /api/v1/journeys': READ,
  'GET /api/v1/feed': READ,
  'GET /api/v1/queue': READ,
  'POST /api/v1/queue/inbox/:id/replay': OPERATE,
  'GET /api/v1/inbox': READ,
  'GET /api/v1/inbox/:id': OPERATE,
  'POST /api/v1/inbox/repair': OPERATE,
  'GET /api/v1/trials': READ,
  'POST /api/v1/trials': ACT,
  'GET /api/v1/trials/:offerId': READ,
  'POST /api/v1/trials/:offerId/end': ACT,
  'GET /api/v1/effects': READ,
  'GET /api/v1/effects/:key': OPERATE,
  'POST /api/v1/effects/repair': OPERATE,
  'POST /api/v1/effects/:key/settle': OPERATE,
  'GET /api/v1/attribution': READ,
  'GET /api/v1/report': READ,
  'GET /api/v1/incidents': READ,
  'POST /api/v1/incidents': OPERATE,
  'POST /api/v1/pause': OPERATE,
  'GET /api/v1/held': READ,
  'POST /api/v1/held/:batch/release': OPERATE,
  'GET /api/v1/config': READ,
  'GET /api/v1/status': READ,
  'GET /api/v1/connections/:name/history': READ,
  'POST /api/v1/connections/:name/check': OPERATE,
  'GET /api/v1/audit': OPERATE,
  'GET /api/v1/tokens': ADMIN,
  'POST /api/v1/tokens': ADMIN,
  'POST /api/v1/tokens/:name/revoke': ADMIN,
  'GET /api/v1/support': OPERATE,
  'GET /api/v1/keys': ADMIN,
  'POST /api/v1/keys/rotate': ADMIN,
  'POST /api/v1/keys/reseal': ADMIN,
  'POST /api/v1/keys/:id/retire': ADMIN,
  'POST /codec/decode': OPERATE,
  'GET /metrics': READ,
};

/** HEAD is a GET without the body. */
export function rolesOf(method: string, url: string): ApiRole[] | undefined {
  return ROUTE_ROLES[`${method === 'HEAD' ? 'GET' : method} ${url}`];
}
