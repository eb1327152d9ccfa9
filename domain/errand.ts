import type { Iso } from './model.ts';

/** One thing to do that belongs to no journey, carried by a workflow of its own until it is done. */
export type Errand =
  | {
      kind: 'effect_again';
      key: string;
      /** Sent again also when the vendor cannot tell: a person said that it did not arrive. */
      resendIfUnknown: boolean;
    }
  /** Tells the owner of a connection how it is now. */
  | { kind: 'tell_transition'; transition: number }
  /** Warns the owner of a connection that one of its credentials ends in so many days. */
  | { kind: 'tell_expiry'; connection: string; secret: string; expiresAt: Iso; days: number }
  /** Tries again and again whether credentials that were refused work by now. `wireSince`: when they were refused. */
  | { kind: 'check_credentials'; connection: string; wireSince: number };
