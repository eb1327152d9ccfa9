/** What a person sees of a page: enough HTML to find a form and fill it in. */
export interface Form {
  method: 'GET' | 'POST';
  /** Absolute. */
  action: string;
  fields: Record<string, string>;
  /** What its button says. */
  label: string;
}

export function findForms(html: string, pageUrl: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', inside = '']) => {
    const attributes = readAttributes(tag);
    return {
      method: attributes.method?.toUpperCase() === 'POST' ? 'POST' : 'GET',
      action: new URL(attributes.action || pageUrl, pageUrl).toString(),
      fields: readFields(inside),
      label: readLabel(inside),
    };
  });
}

/** Addresses in plain or HTML text, in the order in which they stand. */
export function findLinks(text: string): string[] {
  const found = text.match(/https?:\/\/[^\s"'<>()\]]+/g) ?? [];
  return [...new Set(found.map((link) => decode(link).replace(/[.,;:!?]+$/, '')))];
}

function readFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, tag = ''] of html.matchAll(/<(?:input|button)\b([^>]*)>/gi)) {
    const { name, value, type } = readAttributes(tag);
    // An unticked box is not sent; a person who means yes ticks none of these either.
    if (name && type !== 'checkbox' && type !== 'radio') fields[name] ??= value ?? '';
  }
  return fields;
}

function readLabel(html: string): string {
  const button = /<button\b[^>]*>([\s\S]*?)<\/button>/i.exec(html)?.[1];
  if (button !== undefined)
    return decode(button.replace(/<[^>]*>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim();
  const submit = [...html.matchAll(/<input\b([^>]*)>/gi)].map(([, tag = '']) => readAttributes(tag));
  return submit.find(({ type }) => type === 'submit')?.value ?? '';
}

function readAttributes(tag: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single, bare] of tag.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    attributes[name.toLowerCase()] = decode(double ?? single ?? bare ?? '');
  }
  return attributes;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[String(name).toLowerCase()] ?? whole;
  });
}
