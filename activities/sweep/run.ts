import type { Call } from '../../connectors/kit/operation.ts';
import type { Json } from '../../domain/model.ts';

/** A little more than the heartbeat timeout: a sweep whose worker died is taken over soon. */
export const LEASE_MS = 25_000;

export interface SweepRun {
  /** Of this attempt; holds the lease. */
  id: string;
  connection: string;
  checkpoint: Json;
  /** The connection was never read to the end before. */
  firstRead: boolean;
  call: Call;
  /** Tells Temporal how far it is. */
  beat: (progress: object) => void;
}
