import { z } from 'zod';
import type { Reading } from '../../domain/model.ts';
import type { UsagePage, UsageRequest } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';
import type { Call } from '../kit/operation.ts';
import { type Line, MAX_LINE_BYTES, readLines } from './lines.ts';
import { manifest, readSchema } from './manifest.ts';

const ROWS_PER_PAGE = 1_000;

const time = z.iso.datetime({ offset: true });
const readingRow = z.object({
  type: z.literal('reading'),
  receivedAt: time,
  observedAt: time,
  id: z.string().min(1),
  account: z.string().min(1),
  product: z.string(),
  metric: z.string(),
  used: z.number().nonnegative(),
  limit: z.number().nonnegative().nullable().optional(),
  periodStart: time.nullable().optional(),
  periodEnd: time.nullable().optional(),
});
/** What every row has, whatever its type. */
const anyRow = z.object({ type: z.string(), receivedAt: time });

const checkpointSchema = z.object({ path: z.string(), offset: z.number().int(), line: z.number().int() });

type Row =
  | { kind: 'later' }
  | { kind: 'other' }
  | { kind: 'bad'; reason: string }
  | { kind: 'reading'; row: z.output<typeof readingRow> };

/**
 * Readings of the file that were received up to `now`, from where the last read stopped. Rows stand in the order of
 * `receivedAt`, so the first later one ends the read. Facts are not in such files. `complete` is always false: the file
 * tells what changed, an absent account means nothing.
 */
export async function* readUsage(
  path: string,
  source: string,
  request: UsageRequest,
  call: Call,
): AsyncGenerator<UsagePage> {
  const names = new Map(
    request.metrics.map(({ metric, product, read }) => [`${product}/${readSchema.parse(read).metric}`, metric]),
  );
  const parsed = checkpointSchema.safeParse(request.checkpoint);
  let checkpoint = parsed.success && parsed.data.path === path ? parsed.data : { path, offset: 0, line: 0 };
  let readings: Reading[] = [];
  let rejects: UsagePage['rejects'] = [];
  const page = (): UsagePage => {
    const full = { readings, facts: [], rejects, complete: false, checkpoint };
    readings = [];
    rejects = [];
    return full;
  };
  try {
    for await (const line of readLines(path, checkpoint.offset)) {
      call.signal.throwIfAborted();
      const row = parseRow(line, request.now);
      if (row.kind === 'later' || (row.kind === 'bad' && !line.ended)) break;
      checkpoint = { path, offset: line.endOffset, line: checkpoint.line + 1 };
      if (row.kind === 'bad')
        rejects.push({ row: { line: checkpoint.line, text: line.text?.slice(0, 200) ?? null }, reason: row.reason });
      if (row.kind === 'reading') {
        const { type: _, metric: name, ...reading } = row.row;
        const metric = names.get(`${reading.product}/${name}`);
        if (metric !== undefined) readings.push({ source, metric, ...reading });
      }
      if (readings.length + rejects.length >= ROWS_PER_PAGE) yield page();
    }
  } catch (error) {
    throw readableError(error, path);
  }
  yield page();
}

function parseRow(line: Line, now: string): Row {
  if (line.text === null) return { kind: 'bad', reason: `the line is longer than ${MAX_LINE_BYTES} bytes` };
  if (line.text.trim() === '') return { kind: 'other' };
  let json: unknown;
  try {
    json = JSON.parse(line.text);
  } catch {
    return { kind: 'bad', reason: 'the line is not JSON' };
  }
  const any = anyRow.safeParse(json);
  if (!any.success) return { kind: 'bad', reason: describe(any.error) };
  if (Date.parse(any.data.receivedAt) > Date.parse(now)) return { kind: 'later' };
  if (any.data.type !== 'reading') return { kind: 'other' };
  const row = readingRow.safeParse(json);
  return row.success ? { kind: 'reading', row: row.data } : { kind: 'bad', reason: describe(row.error) };
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'the row'}: ${issue.message}` : 'not understood';
}

/** A path that does not exist or is no gzip file is for RevOps to mend; anything else passes as it is. */
function readableError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read',
    EISDIR: 'is a folder',
    Z_DATA_ERROR: 'ends in .gz but is not a gzip file',
    Z_BUF_ERROR: 'is a gzip file that is cut off',
  };
  const reason = reasons[code];
  if (reason === undefined) return error;
  return new InvalidInputError(`the usage file ${path} ${reason}`, {
    connector: manifest.name,
    operation: 'readUsage',
    cause: error,
  });
}
