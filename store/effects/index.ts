export * from './attempts.ts';
export { backToClaimed } from './back-to-claimed.ts';
export * from './claim.ts';
export { loadTouchFacts, type TouchFactsRequest } from './facts.ts';
export * from './outcomes.ts';
export * from './rejudge.ts';
export {
  type EffectFilter,
  type EffectView,
  eraseOldPayloads,
  listEffects,
  listStalled,
  listUnclear,
  type OpenEffect,
  readEffect,
} from './rows.ts';
