import { ConnectorError } from '../../connectors/kit/errors.ts';
import { redactText } from '../../connectors/kit/redact.ts';
import type { AttemptAnswer } from '../../domain/effect/attempt-notes.ts';
import type { Iso } from '../../domain/model.ts';

/** An error as the ledger keeps it with its attempt. */
export function answerOf(error: unknown, at: Iso): AttemptAnswer {
  const said = redactText(error instanceof Error ? error.message : String(error));
  if (!(error instanceof ConnectorError)) return { at, code: 'unexpected', said, vendorCode: null, requestId: null };
  const { vendorCode = null, requestId = null } = error.origin;
  return { at, code: error.code, said, vendorCode, requestId };
}
