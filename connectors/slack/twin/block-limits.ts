/** What Slack refuses as invalid_blocks. https://docs.slack.dev/reference/block-kit/blocks and its element pages. */

type Fields = Record<string, unknown>;
type Report = (pointer: string, problem: string) => void;

/** Problems in the words of Slack's response_metadata.messages; an empty list is a message it would take. */
export function blockProblems(blocks: unknown): string[] {
  const problems: string[] = [];
  const report: Report = (pointer, problem) => problems.push(`[ERROR] ${problem} [json-pointer:/blocks${pointer}]`);
  if (!Array.isArray(blocks)) return ['[ERROR] must be an array [json-pointer:/blocks]'];
  if (blocks.length > 50) report('', 'no more than 50 items allowed');
  const ids = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    if (!isFields(block)) {
      report(`/${index}`, 'must be an object');
      continue;
    }
    uniqueId(block.block_id, ids, `/${index}/block_id`, report);
    const check = CHECKS[String(block.type)];
    if (check) check(block, `/${index}`, report);
    else report(`/${index}/type`, `unsupported type: ${String(block.type)}`);
  }
  return problems;
}

const CHECKS: Record<string, (block: Fields, at: string, report: Report) => void> = {
  divider: () => {},
  header: (block, at, report) => text(block.text, 150, `${at}/text`, report, ['plain_text']),
  section: (block, at, report) => {
    if (block.text === undefined && block.fields === undefined) report(at, 'missing required field: text or fields');
    if (block.text !== undefined) text(block.text, 3000, `${at}/text`, report);
    if (block.fields === undefined) return;
    for (const [i, field] of list(block.fields, 10, `${at}/fields`, report).entries()) {
      text(field, 2000, `${at}/fields/${i}`, report);
    }
  },
  context: (block, at, report) => {
    for (const [i, element] of list(block.elements, 10, `${at}/elements`, report).entries()) {
      if (isFields(element) && element.type === 'image')
        checkLength(element.alt_text, 2000, `${at}/elements/${i}`, report);
      else text(element, 3000, `${at}/elements/${i}`, report);
    }
  },
  actions: (block, at, report) => {
    const ids = new Set<string>();
    for (const [i, element] of list(block.elements, 25, `${at}/elements`, report).entries()) {
      button(element, ids, `${at}/elements/${i}`, report);
    }
  },
  image: (block, at, report) => {
    checkLength(block.alt_text, 2000, `${at}/alt_text`, report);
    if (block.image_url !== undefined) checkLength(block.image_url, 3000, `${at}/image_url`, report);
    else if (block.slack_file === undefined) report(at, 'missing required field: image_url or slack_file');
    if (block.title !== undefined) text(block.title, 2000, `${at}/title`, report, ['plain_text']);
  },
};

function button(element: unknown, ids: Set<string>, at: string, report: Report): void {
  if (!isFields(element) || element.type !== 'button') {
    report(at, 'unsupported type');
    return;
  }
  text(element.text, 75, `${at}/text`, report, ['plain_text']);
  uniqueId(element.action_id, ids, `${at}/action_id`, report);
  if (element.value !== undefined) checkLength(element.value, 2000, `${at}/value`, report);
  if (element.url !== undefined) checkLength(element.url, 3000, `${at}/url`, report);
  if (element.style !== undefined && element.style !== 'primary' && element.style !== 'danger') {
    report(`${at}/style`, 'must be one of: primary, danger');
  }
  if (element.confirm === undefined) return;
  const confirm = isFields(element.confirm) ? element.confirm : {};
  text(confirm.title, 100, `${at}/confirm/title`, report, ['plain_text']);
  text(confirm.text, 300, `${at}/confirm/text`, report);
  text(confirm.confirm, 30, `${at}/confirm/confirm`, report, ['plain_text']);
  text(confirm.deny, 30, `${at}/confirm/deny`, report, ['plain_text']);
}

function uniqueId(id: unknown, seen: Set<string>, at: string, report: Report): void {
  if (id === undefined) return;
  checkLength(id, 255, at, report);
  if (seen.has(String(id))) report(at, 'must be unique');
  seen.add(String(id));
}

function text(value: unknown, max: number, at: string, report: Report, types = ['plain_text', 'mrkdwn']): void {
  if (!isFields(value)) {
    report(at, 'missing required field: text');
    return;
  }
  if (!types.includes(String(value.type))) report(`${at}/type`, `must be one of: ${types.join(', ')}`);
  checkLength(value.text, max, `${at}/text`, report);
}

function checkLength(value: unknown, max: number, at: string, report: Report): void {
  if (typeof value !== 'string' || value.length === 0) report(at, 'must be more than 0 characters');
  else if (value.length > max) report(at, `must be less than ${max + 1} characters`);
}

function list(value: unknown, max: number, at: string, report: Report): unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    report(at, 'must contain at least one item');
    return [];
  }
  if (value.length > max) report(at, `no more than ${max} items allowed`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
