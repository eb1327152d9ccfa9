import { isDeepStrictEqual } from 'node:util';
import type { ReadFault, ReadSample } from '../connectors/kit/conformance.ts';
import { ConnectorError } from '../connectors/kit/errors.ts';
import type { Json } from '../domain/model.ts';
import type { FaultInput } from '../sandbox/faults/fault.ts';
import type { Cell } from './cell.ts';
import { READS } from './faults.ts';
import type { Lane } from './place.ts';
import { type OpenScene, openScene } from './scene.ts';
import type { Subject } from './subject.ts';

/** Plays one fault on one read: what comes back must be whole, or say that it is not. */
export async function playRead(subject: Subject, sample: ReadSample, fault: ReadFault, lane: Lane): Promise<Cell> {
  const reason = sample.notApplicable?.[fault] ?? withoutPages(sample, fault);
  if (reason !== undefined) return { state: 'not_applicable', reason };
  const { settings } = sample;
  const scene = await openScene(subject, lane, { settings, accounts: accountsFor(sample, fault) });
  const failed = (problem: string): Cell => ({ state: 'failed', reason: problem, advice: READS[fault].advice });
  try {
    const own = sample.own?.[fault];
    const problem = await (own ? own(scene) : PLAYS[fault](scene, sample));
    return problem === null ? { state: 'passed' } : failed(problem);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    await scene.close();
  }
}

const UNPAGED = 'the answer has no pages';

function withoutPages({ pages, own, truncated }: ReadSample, fault: ReadFault): string | undefined {
  if (own?.[fault]) return undefined;
  if (fault === 'truncated' && truncated === undefined)
    return 'the vendor cuts nothing off: whoever follows the pages has all';
  return pages === undefined && (fault === 'page_repeated' || fault === 'cursor_expired') ? UNPAGED : undefined;
}

function accountsFor({ pages, truncated }: ReadSample, fault: ReadFault): number {
  if (fault === 'empty') return 0;
  if (fault === 'truncated' && truncated) return truncated.accounts;
  return pages ?? 2;
}

type Play = (scene: OpenScene, sample: ReadSample) => Promise<string | null>;

const PLAYS: { [F in ReadFault]: Play } = {
  page_lost: async (scene, sample) => {
    const whole = await sample.read(scene);
    strike(scene, sample, { kind: 'accept_then_reset', times: 1 });
    return (await wholeOrError(scene, sample, whole)) ?? (await wholeAgain(scene, sample, whole));
  },
  // The vendor repeats itself for ever: whoever follows must notice.
  page_repeated: async (scene, sample) => {
    const whole = await sample.read(scene);
    strike(scene, sample, { kind: 'repeated_page' });
    return wholeOrError(scene, sample, whole);
  },
  cursor_expired: async (scene, sample) => {
    const whole = await sample.read(scene);
    strike(scene, sample, { kind: 'expired_cursor', times: 1 });
    return (await wholeOrError(scene, sample, whole)) ?? (await wholeAgain(scene, sample, whole));
  },
  unknown_field: async (scene, sample) => {
    const whole = await sample.read(scene);
    scene.frame.faults.add({ vendor: scene.subject.name, kind: 'added_fields' });
    const read = await outcomeOf(scene, sample);
    if ('error' in read) return `fields that nobody asked for made it fail: ${read.error.message}`;
    return isDeepStrictEqual(read.value, whole) ? null : 'fields that nobody asked for changed what was read';
  },
  missing_field: async (scene, sample) => {
    if (sample.needs === undefined) throw new Error('say which field the answer `needs`, or why there is none');
    const whole = await sample.read(scene);
    const vendor = scene.subject.name;
    scene.frame.faults.add({ vendor, kind: 'missing_field', field: sample.needs, match: sample.request ?? {} });
    const read = await outcomeOf(scene, sample);
    if ('value' in read) {
      return isDeepStrictEqual(read.value, whole)
        ? `without ${sample.needs} it reads the same: the answer does not need that field`
        : `without ${sample.needs} it reads as if that were so: ${brief(read.value)}`;
    }
    const { error } = read;
    const told = error instanceof ConnectorError && error.code === 'unexpected_response';
    return told ? null : `a missing ${sample.needs} became ${error.message}`;
  },
  empty: async (scene, sample) => {
    const read = await outcomeOf(scene, sample);
    if ('error' in read) return `an empty vendor made it fail: ${read.error.message}`;
    const { empty = [] } = sample;
    return isDeepStrictEqual(read.value, empty) ? null : `an empty vendor reads as ${brief(read.value)}`;
  },
  truncated: async (scene, sample) => (await sample.truncated?.problem(scene)) ?? null,
};

/** Hits a page after the first where there are pages. */
function strike(scene: OpenScene, sample: ReadSample, wire: Omit<FaultInput, 'vendor'>): void {
  if (!sample.request) throw new Error('the sample names no request to hit');
  const skip = sample.pages === undefined ? 0 : 1;
  scene.frame.faults.add({ ...wire, vendor: scene.subject.name, match: sample.request, skip });
}

type Outcome = { value: Json } | { error: Error };

async function outcomeOf(scene: OpenScene, sample: ReadSample): Promise<Outcome> {
  try {
    return { value: await sample.read(scene) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function wholeOrError(scene: OpenScene, sample: ReadSample, whole: Json): Promise<string | null> {
  const read = await outcomeOf(scene, sample);
  if ('error' in read)
    return read.error instanceof ConnectorError ? null : `fails with an error without a name: ${read.error.message}`;
  return isDeepStrictEqual(read.value, whole) ? null : `ends as if it were whole: ${sizes(read.value, whole)}`;
}

async function wholeAgain(scene: OpenScene, sample: ReadSample, whole: Json): Promise<string | null> {
  const again = await outcomeOf(scene, sample);
  if ('error' in again) return `the next read fails as well: ${again.error.message}`;
  return isDeepStrictEqual(again.value, whole) ? null : `the next read is not whole: ${sizes(again.value, whole)}`;
}

const sizes = (got: Json, wanted: Json) =>
  Array.isArray(got) && Array.isArray(wanted) ? `${got.length} of ${wanted.length}` : brief(got);

const brief = (value: Json) => JSON.stringify(value).slice(0, 120);
