/** One thing to do that belongs to no journey, carried by a workflow of its own until it is done. */
export type Errand = {
  kind: 'effect_again';
  key: string;
  /** Sent again also when the vendor cannot tell: a person said that it did not arrive. */
  resendIfUnknown: boolean;
};
