import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces of failures travel as a payload, so that the codec seals them too. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
