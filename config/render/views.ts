import type { Config, Product } from '../schema/index.ts';
import type { MessageContext, PlanView } from './context.ts';

/** The parts of a message's context that config alone decides. */
export function companyView(config: Config): MessageContext['company'] {
  const { name, currency, postal_address } = config.company;
  return { name, currency, postal_address: postal_address ?? null };
}

/** A plan without a name is called by its key. */
export function planView(product: Product | undefined, plan: string): PlanView {
  const { name, pitch } = product?.plans[plan] ?? {};
  return { key: plan, name: name ?? plan, pitch: pitch ?? null };
}
