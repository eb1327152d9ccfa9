import { nearestName } from '../../domain/conditions/index.ts';
import type { Path, Problem } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { list, sectionAt, text } from './sections.ts';

const ADDRESS = /^([^<>]*<)?[^\s@<>]+@[^\s@<>]+>?$/;

/** Time zones, currency and addresses: words with a meaning outside the file. */
export function checkCompany({ source, data }: CheckInput): Problem[] {
  const company = sectionAt(data, 'company');
  const problems: Problem[] = [];
  const zones: [Path, unknown][] = [
    [['company', 'timezone'], company.timezone],
    [['guardrails', 'quiet_hours', 'zone'], sectionAt(data, 'guardrails', 'quiet_hours').zone],
  ];
  for (const [path, value] of zones) {
    const zone = text(value);
    if (zone === null || isZone(zone) || (path[0] === 'guardrails' && zone === 'account')) continue;
    problems.push(
      source.problem(path, {
        message: `${zone} is no IANA time zone`,
        found: zone,
        allowed: path[0] === 'guardrails' ? ['account', 'an IANA zone'] : ['an IANA zone'],
        suggestion: nearestName(zone.replaceAll(' ', '_'), Intl.supportedValuesOf('timeZone')),
        example: exampleFor(path),
      }),
    );
  }
  const currency = text(company.currency);
  if (currency?.length === 3 && !Intl.supportedValuesOf('currency').includes(currency.toUpperCase())) {
    problems.push(
      source.problem(['company', 'currency'], {
        message: `${currency} is no currency code`,
        found: currency,
        allowed: ['an ISO 4217 code'],
        suggestion: nearestName(currency, ['usd', 'eur', 'gbp']),
        example: exampleFor(['company', 'currency']),
      }),
    );
  }
  return [...problems, ...checkAddresses({ source, data })];
}

/** Region/City or UTC. Offsets and abbreviations are refused: they know no daylight-saving time. */
function isZone(zone: string): boolean {
  if (!zone.includes('/') && zone !== 'UTC') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function checkAddresses({ source, data }: Pick<CheckInput, 'source' | 'data'>): Problem[] {
  const places: [Path, unknown, string[]][] = [
    [['company', 'mail_from'], sectionAt(data, 'company').mail_from, ['an address']],
    [['routing', 'fallback', 'email'], sectionAt(data, 'routing', 'fallback').email, ['an address', 'env:NAME']],
  ];
  for (const [role, people] of Object.entries(sectionAt(data, 'roles'))) {
    for (const [index, person] of list(people).entries()) {
      places.push([['roles', role, index], person, ['an address', 'env:NAME', 'owner_in_crm']]);
    }
  }
  return places.flatMap(([path, value, allowed]) => {
    const found = text(value);
    if (found === null || ADDRESS.test(found) || allowed.includes(found)) return [];
    if (allowed.includes('env:NAME') && /^env:[A-Z][A-Z0-9_]*$/.test(found)) return [];
    const suggestion = nearestName(
      found,
      allowed.filter((word) => !word.includes(' ')),
    );
    return [
      source.problem(path, {
        message: 'expected an e-mail address',
        found,
        allowed,
        suggestion,
        example: exampleFor(path),
      }),
    ];
  });
}
