import type { Feature, Product } from '../../config/schema/index.ts';
import type { Segment } from '../model.ts';

export interface ChosenFeature {
  key: string;
  name: string;
  tier: string;
  /** Liquid source of the sentence. */
  line: string;
  reason: string;
}

/** Answers of the conditions, evaluated beforehand: feature key → `because` and `used_when`; null = could not be told. */
export type FeatureAnswers = Record<string, { because: boolean | null; used: boolean | null }>;

/** domain/offer/choose-features.ts: at most three, in the order of config. */
export type ChooseFeatures = (input: {
  features: Record<string, Feature>;
  /** Plan keys, lowest first. */
  planOrder: string[];
  currentPlan: string;
  nextPlan: string | null;
  answers: FeatureAnswers;
}) => { chosen: ChosenFeature[]; left: { key: string; reason: string }[] };

/** domain/offer/next-plan.ts: the plan that an upgrade leads to; null at the top and for usage pricing. */
export type NextPlan = (product: Pick<Product, 'plans'>, plan: string) => string | null;

/** domain/offer/social-proof.ts: a sentence, or null when there is nothing true to say. */
export type SocialProof = (input: {
  product: Pick<Product, 'social_proof' | 'plans'>;
  nextPlan: string;
  segment: Segment | null;
  /** Own accounts of that segment on the next plan. */
  accountsThere: number;
}) => string | null;
