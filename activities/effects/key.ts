import type { OperationName } from './operations.ts';

/**
 * The business key of an effect. `subject`: the journey's lead trigger event, the offer, or subscription:version.
 * `version` counts updates in place.
 */
export function effectKey(parts: {
  subject: string;
  step: string;
  operation: OperationName;
  person?: string | null;
  version?: number;
}): string {
  return [parts.subject, parts.step, parts.operation, parts.person ?? '', parts.version ?? 1].join(':');
}
