import type { Iso } from '../model.ts';

/** One attempt at an effect, as the ledger remembers it for the person who has to look into a doubt. */
export interface AttemptNote {
  attempt: number;
  /** `look`: the vendor is asked about earlier attempts first. */
  kind: 'send' | 'look';
  at: Iso;
  /** Wire time: vendors' logs speak of this one. */
  wireAt: number;
  /** When the first byte that could commit was about to leave; null: none did, or only an earlier attempt's. */
  firstByteAt: Iso | null;
  /** What went wrong; null while it runs, and when it went well. */
  answer: AttemptAnswer | null;
}
export interface AttemptAnswer {
  at: Iso;
  /** Of connectors/kit/errors.ts. */
  code: string;
  said: string;
  vendorCode: string | null;
  requestId: string | null;
}

const KEPT = 20;

/** The first attempt and the newest ones: an outage of days must not make a row of hundreds of notes. */
export function withNote(notes: AttemptNote[], next: AttemptNote): AttemptNote[] {
  const [first, ...rest] = [...notes, next];
  return first === undefined ? [] : [first, ...rest.slice(-(KEPT - 1))];
}
