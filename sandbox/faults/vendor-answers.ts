import type { Json } from '../../domain/model.ts';

interface Answer {
  status: number;
  body: Json;
}
interface VendorAnswers {
  rate_limited: Answer;
  server_error: Answer;
  expired_token: Answer;
  /** A page is asked for by a cursor that the vendor has forgotten. */
  expired_cursor: Answer;
}

const plain: VendorAnswers = {
  rate_limited: { status: 429, body: { error: 'too many requests' } },
  server_error: { status: 503, body: { error: 'service unavailable' } },
  expired_token: { status: 401, body: { error: 'token expired' } },
  expired_cursor: { status: 400, body: { error: 'the cursor has expired' } },
};

/** How each vendor says it. Sources: the vendors' error pages. */
const byVendor: Record<string, VendorAnswers> = {
  // https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes#api-key-expired
  stripe: {
    rate_limited: {
      status: 429,
      body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } },
    },
    server_error: { status: 503, body: { error: { type: 'api_error', message: 'An unknown error occurred' } } },
    expired_token: {
      status: 401,
      body: { error: { type: 'invalid_request_error', code: 'api_key_expired', message: 'Expired API Key provided' } },
    },
    expired_cursor: {
      status: 400,
      body: {
        error: {
          type: 'invalid_request_error',
          code: 'resource_missing',
          param: 'starting_after',
          message: 'No such object',
        },
      },
    },
  },
  // https://developers.hubspot.com/docs/api-reference/error-handling
  hubspot: {
    rate_limited: {
      status: 429,
      body: {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
      },
    },
    server_error: { status: 503, body: { status: 'error', message: 'service unavailable' } },
    expired_token: {
      status: 401,
      body: {
        status: 'error',
        message: 'The OAuth token used to make this call expired',
        category: 'EXPIRED_AUTHENTICATION',
      },
    },
    expired_cursor: {
      status: 400,
      body: { status: 'error', message: 'Invalid paging cursor', category: 'VALIDATION_ERROR' },
    },
  },
  // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm; no limit of a rate answers 429
  salesforce: {
    rate_limited: {
      status: 403,
      body: [
        {
          message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
          errorCode: 'REQUEST_LIMIT_EXCEEDED',
        },
      ],
    },
    server_error: { status: 503, body: [{ message: 'server too busy', errorCode: 'SERVER_UNAVAILABLE' }] },
    expired_token: {
      status: 401,
      body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    },
    expired_cursor: {
      status: 400,
      body: [{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }],
    },
  },
  // https://docs.slack.dev/apis/web-api/rate-limits; API errors come with status 200
  slack: {
    rate_limited: { status: 429, body: { ok: false, error: 'ratelimited' } },
    server_error: { status: 503, body: { ok: false, error: 'service_unavailable' } },
    expired_token: { status: 200, body: { ok: false, error: 'token_expired' } },
    expired_cursor: { status: 200, body: { ok: false, error: 'invalid_cursor' } },
  },
  // https://developer.mixpanel.com/reference/query-api-errors
  mixpanel: {
    rate_limited: { status: 429, body: { error: 'Query rate limit exceeded', status: 'error' } },
    server_error: { status: 503, body: { error: 'Service unavailable', status: 'error' } },
    expired_token: { status: 401, body: { error: 'Invalid service account credentials', status: 'error' } },
    expired_cursor: {
      status: 400,
      body: { error: 'request for page in uncached query for params', status: 'error' },
    },
  },
};

/** A refusal that repeats what it was sent, in the field where the vendor's client looks for words. */
export function echoOf(vendor: string, told: string): Json {
  const message = `This request makes no sense: ${told}`;
  switch (vendor) {
    case 'stripe':
      return { error: { type: 'invalid_request_error', message } };
    case 'slack':
      return { ok: false, error: 'invalid_arguments', response_metadata: { messages: [message] } };
    case 'hubspot':
      return { status: 'error', category: 'VALIDATION_ERROR', message };
    default:
      return { error: message, status: 'error' };
  }
}

export function answerOf(vendor: string, kind: keyof VendorAnswers): Answer {
  return (byVendor[vendor] ?? plain)[kind];
}
