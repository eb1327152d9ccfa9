import { DefaultFailureConverter, type PayloadConverter } from '@temporalio/common';
import { redactText } from '../../connectors/kit/redact.ts';

/** Stack traces beyond this help nobody and cost history. */
const LONGEST = 4_000;

/**
 * What failures say is redacted, whatever threw them, and travels as a payload, so that the codec seals it: messages
 * and stack traces alike, of causes too.
 */
class SealedFailureConverter extends DefaultFailureConverter {
  override errorToFailureInner(error: unknown, payloadConverter: PayloadConverter) {
    const failure = super.errorToFailureInner(error, payloadConverter);
    const { message, stackTrace } = failure;
    return {
      ...failure,
      message: message ? redactText(message, LONGEST) : message,
      stackTrace: stackTrace ? redactText(stackTrace, LONGEST) : stackTrace,
    };
  }
}

export const failureConverter = new SealedFailureConverter({ encodeCommonAttributes: true });
