import type { Capability } from '../../connectors/kit/connector.ts';
import type { Path, Problem } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { unknownName } from './plans.ts';
import { list, record, sectionAt, text, texts } from './sections.ts';

interface PlacedStep {
  path: Path;
  step: Record<string, unknown>;
}

/** The steps of a play with those inside `then` and `on_no_upgrade`, in order. */
export function placedSteps(steps: unknown, path: Path): PlacedStep[] {
  return list(steps).flatMap((value, index) => {
    const step = record(value);
    const here = [...path, index];
    const inner = ['then', 'on_no_upgrade'].flatMap((name) => placedSteps(step[name], [...here, name]));
    return [{ path: here, step }, ...inner];
  });
}

/** Step ids, the touches a play would make, and a connection for everything that it does. */
export function checkPlays(input: CheckInput): Problem[] {
  const plays = Object.entries(sectionAt(input.data, 'plays')).map(([name, play]) => ['plays', name, play] as const);
  const sequences = Object.entries(sectionAt(input.data, 'onboarding')).map(
    ([plan, sequence]) => ['onboarding', plan, sequence] as const,
  );
  const steps = [...plays, ...sequences].map(([section, name, value]) =>
    placedSteps(record(value).steps, [section, name, 'steps']),
  );
  return [
    ...steps.flatMap((sequence) => checkIds(input, sequence)),
    ...plays.flatMap(([, name, value]) => checkTouches(input, ['plays', name], record(value).steps)),
    ...checkOnboardingPlans(input),
    ...checkCapabilities(input, steps.flat()),
  ];
}

function checkIds({ source }: CheckInput, steps: PlacedStep[]): Problem[] {
  return steps.flatMap(({ path, step }, index) => {
    const id = text(step.id);
    const first = steps.findIndex((other) => other.step.id === id);
    if (id === null || first === index) return [];
    const line = source.locate([...(steps[first]?.path ?? path), 'id'], 'value').line;
    return [
      source.problem([...path, 'id'], {
        message: `the step id ${id} is used twice in this play (first in line ${line}); runs remember their steps by id`,
        found: id,
        allowed: ['a name that no other step of the play has'],
        example: `id: ${id}_2`,
      }),
    ];
  });
}

function checkTouches({ source, data }: CheckInput, path: Path, steps: unknown): Problem[] {
  const configured = sectionAt(data, 'guardrails').touches_per_trigger_event;
  const most = typeof configured === 'number' ? configured : 2;
  const sends = placedSteps(steps, [...path, 'steps']).filter(({ step }) => step.send !== undefined);
  return sends.slice(most).map((extra) =>
    source.problem([...extra.path, 'send'], {
      message: `message ${sends.indexOf(extra) + 1} of this play: at most ${most} per trigger event are sent, so it may never leave`,
      allowed: [`${most} messages`],
      severity: 'warning',
    }),
  );
}

function checkOnboardingPlans(input: CheckInput): Problem[] {
  const products = Object.keys(sectionAt(input.data, 'products'));
  const plans = products.flatMap((product) => Object.keys(sectionAt(input.data, 'products', product, 'plans')));
  return Object.keys(sectionAt(input.data, 'onboarding'))
    .filter((plan) => !plans.includes(plan))
    .map((plan) => unknownName(input, ['onboarding', plan], 'plan', plan, [...new Set(plans)]));
}

function needs({ path, step }: PlacedStep): { path: Path; capability: Capability }[] {
  const by = text(record(step.send).by);
  const channels = texts(record(step.alert).by);
  return [
    ...(by === 'email' || by === 'in_app' ? [{ path: [...path, 'send', 'by'], capability: by } as const] : []),
    ...(channels.includes('slack') ? [{ path: [...path, 'alert', 'by'], capability: 'chat' } as const] : []),
    ...(channels.includes('crm_task') ? [{ path: [...path, 'alert', 'by'], capability: 'crm' } as const] : []),
    ...(step.tag_for_qbr === undefined ? [] : [{ path: [...path, 'tag_for_qbr'], capability: 'crm' } as const]),
  ];
}

const WORDS: Record<Capability, string> = {
  usage: 'reads usage',
  billing: 'knows subscriptions',
  crm: 'keeps accounts and tasks',
  chat: 'posts alerts',
  email: 'sends e-mail',
  in_app: 'shows prompts in the product',
};

/** A step that no connection can do. Connectors that do not say what they provide may do anything. */
function checkCapabilities(input: CheckInput, steps: PlacedStep[]): Problem[] {
  const names = Object.values(sectionAt(input.data, 'connections')).map((value) => text(record(value).connector) ?? '');
  const manifests = names.map((name) => (Object.hasOwn(input.connectors, name) ? input.connectors[name] : undefined));
  if (manifests.some((manifest) => !manifest?.provides)) return [];
  const provided = new Set(manifests.flatMap((manifest) => manifest?.provides ?? []));
  return steps.flatMap(needs).flatMap(({ path, capability }) => {
    if (provided.has(capability)) return [];
    const able = Object.values(input.connectors).filter((manifest) => manifest.provides?.includes(capability));
    return [
      input.source.problem(path, {
        message: `no connection ${WORDS[capability]}`,
        allowed: able.map((manifest) => `a connection with connector: ${manifest.name}`),
        example: exampleFor(['connections']),
      }),
    ];
  });
}
