import type { Classify } from '../../http.ts';

/**
 * What Acme says differently from everybody else, by our next move (kit/errors.ts); null: the general table decides,
 * which knows 401, 403, 429 with Retry-After, 5xx and other 4xx. Cite the vendor's page of errors here.
 */
export const classifyAcme: Classify = () => null;
