export {
  type Attempt,
  type BeginAttempt,
  beginAttempt,
  endAttempt,
  markSending,
  noteAnswer,
  StaleAttemptError,
} from './attempts.ts';
export { backToClaimed } from './back-to-claimed.ts';
export * from './claim.ts';
export { loadTouchFacts, type TouchFactsRequest } from './facts.ts';
export * from './outcomes.ts';
export * from './rejudge.ts';
export * from './reopen.ts';
export {
  type EffectFilter,
  type EffectRow,
  type EffectView,
  effectKeys,
  eraseOldPayloads,
  listEffects,
  listSettleable,
  listStalled,
  listUnclear,
  lockEffect,
  type OpenEffect,
  readEffect,
} from './rows.ts';
