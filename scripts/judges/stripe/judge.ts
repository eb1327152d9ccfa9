import { EXCEPTIONS, type Exception } from './exceptions.ts';
import type { Problem } from './schema.ts';
import { type Call, readSpecification } from './specification.ts';

export interface Judge {
  request: (call: Call) => Problem[];
  /** @param answer the parsed body */
  answer: (call: Call, status: number, answer: unknown) => Problem[];
  /** Exceptions that nothing has needed so far. */
  unused: (of: Exception['in']) => Exception[];
}

/** What Stripe's specification finds wrong with an exchange, listed exceptions apart. @param program a stripe-mock */
export function stripeJudge(program: string, exceptions: readonly Exception[] = EXCEPTIONS): Judge {
  const specification = readSpecification(program);
  const used = new Set<Exception>();
  const unless = (where: Exception['in'], call: Call, problems: Problem[]) => {
    const path = specification.pathOf(call);
    const allowed = exceptions.filter((one) => one.in === where && one.method === call.method && one.path === path);
    return problems.filter(({ at }) => {
      const exception = allowed.find((one) => one.at === at);
      if (exception) used.add(exception);
      return exception === undefined;
    });
  };
  return {
    request: (call) => unless('request', call, specification.problemsOfRequest(call)),
    answer: (call, status, answer) => unless('answer', call, specification.problemsOfAnswer(call, status, answer)),
    unused: (of) => exceptions.filter((one) => one.in === of && !used.has(one)),
  };
}
