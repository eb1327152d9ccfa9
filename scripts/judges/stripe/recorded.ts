import type { Exchange } from '../exchange.ts';
import type { Judge } from './judge.ts';
import type { Problem } from './schema.ts';

/** What Stripe's specification finds wrong with an exchange between the hub and Stripe's simulator. */
export function stripeProblems(judge: Judge, exchange: Exchange): string[] {
  const { direction, method, url, requestBody, status, responseBody } = exchange;
  if (direction === 'vendor_to_hub') return sentences('event', judge.problemsOfEvent(parsed(requestBody)));
  const { pathname, search } = new URL(url);
  // The portal's pages are for people.
  if (!pathname.startsWith('/v1/')) return [];
  const call = { method, url: `${pathname}${search}`, body: requestBody };
  return [
    ...sentences('request', judge.problemsOfRequest(call)),
    ...(status === null ? [] : sentences('answer', judge.problemsOfAnswer(call, status, parsed(responseBody)))),
  ];
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}

function sentences(side: string, problems: Problem[]): string[] {
  return problems.map(({ of, at, problem }) => `${side}: ${at || 'the body'} (${of}) ${problem}`);
}
