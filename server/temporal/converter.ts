import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { KeyRing } from '../../store/index.ts';
import { sealingCodec } from './codec.ts';

/** Loaded by Temporal's SDK itself, here and in the workflow bundle. */
export const FAILURE_CONVERTER = fileURLToPath(new URL('./failure-converter.ts', import.meta.url));

/**
 * What every client and worker of ours talks to Temporal with: the server keeps sealed payloads only. Search attributes
 * and names of workflows, activities and timers stay readable, so they never carry personal data.
 */
export function sealedConverter(ring: KeyRing): DataConverter {
  return { payloadCodecs: [sealingCodec(ring)], failureConverterPath: FAILURE_CONVERTER };
}
