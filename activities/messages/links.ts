import type { Iso, Json } from '../../domain/model.ts';
import { type LinkKind, mintToken, type NewLink } from '../../store/index.ts';

const DAY_MS = 86_400_000;
const PATH: Record<LinkKind, string> = { upgrade: 't', unsubscribe: 'u', action: 'a' };
/** Unsubscribe links must work long after the mail; offers end sooner. */
const LIVES_MS: Record<LinkKind, number> = { upgrade: 30 * DAY_MS, unsubscribe: 400 * DAY_MS, action: 14 * DAY_MS };

export interface LinkMaker {
  make: (kind: LinkKind, body: Json, expiresAt?: Iso) => string;
  /** What the claim stores together with the effect. */
  made: NewLink[];
}

/** Links of one message: the token stands in the message only, its hash in the store. */
export function linkMaker(input: {
  publicUrl: string;
  account: string;
  person: string | null;
  effectKey: string;
  now: Iso;
}): LinkMaker {
  const made: NewLink[] = [];
  const { publicUrl, account, person, effectKey } = input;
  return {
    made,
    make: (kind, body, expiresAt) => {
      const token = mintToken();
      const ends = expiresAt ?? new Date(Date.parse(input.now) + LIVES_MS[kind]).toISOString();
      made.push({ token, kind, account, effectKey, person, body, expiresAt: ends });
      return `${publicUrl}/${PATH[kind]}/${token}`;
    },
  };
}
