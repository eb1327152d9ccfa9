import { EXCEPTIONS, type Exception } from './exceptions.ts';
import { readSpecification, type Specification } from './specification.ts';

export interface Judge extends Specification {
  /** Exceptions that nothing has needed so far. */
  unused: (side: Exception['in']) => Exception[];
}

/** What Stripe's specification finds wrong with an exchange, listed exceptions apart. @param program a stripe-mock */
export function stripeJudge(program: string, exceptions: readonly Exception[] = EXCEPTIONS): Judge {
  const used = new Set<Exception>();
  const specification = readSpecification(program, (side, of, field) => {
    const exception = exceptions.find((one) => one.in === side && one.of === of && one.field === field);
    if (exception) used.add(exception);
    return exception !== undefined;
  });
  return { ...specification, unused: (side) => exceptions.filter((one) => one.in === side && !used.has(one)) };
}
