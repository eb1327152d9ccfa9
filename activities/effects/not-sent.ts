import { TransientError } from '../../connectors/kit/errors.ts';

/** We stopped ourselves before the first byte: the vendor is well, and the next attempt may follow at once. */
export class NotSentError extends TransientError {}
