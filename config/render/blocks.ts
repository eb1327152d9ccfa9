/** One part of a mail in both forms: MJML with Liquid inside, and plain text with the same Liquid. */
export interface MailPart {
  mjml: string;
  text: string;
}

const raw = (liquid: string) => `<mj-raw>${liquid}</mj-raw>`;
const meterLine = (meter: string) =>
  `{{ ${meter}.name }}: {{ ${meter}.used | number }}{% if ${meter}.limit %} of {{ ${meter}.limit | number }}{% endif %} {{ ${meter}.unit }}`;

function usage(meter: string): MailPart {
  const cell = 'height:10px;line-height:10px;font-size:1px;';
  const bar = [
    `<mj-table padding="0 24px 4px" cellpadding="0"><tr>`,
    `<td width="{{ ${meter}.utilization | bar }}%" style="${cell}background:#b45309;">&nbsp;</td>`,
    `<td style="${cell}background:#e7e5e4;">&nbsp;</td>`,
    `</tr></mj-table>`,
  ].join('');
  const left = `{{ ${meter}.utilization | percent }} used, {{ ${meter}.left | number }} left`;
  return {
    mjml: [
      `<mj-text padding="8px 24px 4px" font-weight="bold">${meterLine(meter)}</mj-text>`,
      raw(`{% if ${meter}.limit %}`),
      bar,
      `<mj-text padding="0 24px 16px" color="#57534e" font-size="14px">${left}</mj-text>`,
      raw('{% endif %}'),
    ].join(''),
    text: `${meterLine(meter)}{% if ${meter}.limit %}\n{{ ${meter}.utilization | text_bar }} ${left}{% endif %}\n\n`,
  };
}

const eachMeter = usage('one');

/** The blocks that a template may name as [[name]], each on a line of its own. */
export const NAMED_BLOCKS = {
  usage: {
    mjml: `${raw('{% if meter %}')}${usage('meter').mjml}${raw('{% endif %}')}`,
    text: `{% if meter %}${usage('meter').text}{% endif %}`,
  },
  meters: {
    mjml: `${raw('{% for one in meters %}')}${eachMeter.mjml}${raw('{% endfor %}')}`,
    text: `{% for one in meters %}${eachMeter.text}{% endfor %}`,
  },
  features: {
    mjml: [
      raw('{% for feature in features %}'),
      '<mj-text padding="4px 24px 12px"><strong>{{ feature.name }}</strong><br />{{ feature.line }}</mj-text>',
      raw('{% endfor %}'),
    ].join(''),
    text: '{% for feature in features %}- {{ feature.name }}: {{ feature.line }}\n{% endfor %}\n',
  },
  social_proof: {
    mjml: `${raw('{% if social_proof %}')}<mj-text font-style="italic" color="#57534e">{{ social_proof }}</mj-text>${raw('{% endif %}')}`,
    text: '{% if social_proof %}{{ social_proof }}\n\n{% endif %}',
  },
  price: {
    mjml: [
      raw('{% if price and next_plan %}'),
      '<mj-text>You pay {{ price.current_monthly | money }} a month for {{ plan.name }}; {{ next_plan.name }} is ',
      '{{ price.next_monthly | money }}, {{ price.difference | money }} more. ',
      'You see the exact amount before you confirm.</mj-text>',
      raw('{% endif %}'),
    ].join(''),
    text: [
      '{% if price and next_plan %}You pay {{ price.current_monthly | money }} a month for {{ plan.name }}; ',
      '{{ next_plan.name }} is {{ price.next_monthly | money }}, {{ price.difference | money }} more. ',
      'You see the exact amount before you confirm.\n\n{% endif %}',
    ].join(''),
  },
} satisfies Record<string, MailPart>;

/** [[button]] carries the template's own words. */
export function buttonBlock(label: string): MailPart {
  const button = `<mj-button href="{{ link.url }}" background-color="#1d4ed8" color="#ffffff" font-size="16px" inner-padding="14px 28px" border-radius="6px" padding="12px 24px 20px" align="left">${label}</mj-button>`;
  return {
    mjml: `${raw('{% if link %}')}${button}${raw('{% endif %}')}`,
    text: `{% if link %}${label}:\n{{ link.url }}\n\n{% endif %}`,
  };
}

/** The end of every mail. Marketing mail must carry the postal address and a way out. */
export function footer(category: 'service' | 'marketing'): MailPart {
  const small = 'padding="4px 24px" font-size="13px" color="#57534e"';
  const sender =
    category === 'marketing'
      ? '{{ company.name }}, {{ company.postal_address }}'
      : '{{ company.name }}{% if company.postal_address %}, {{ company.postal_address }}{% endif %}';
  const out =
    category === 'marketing'
      ? `<mj-text ${small}><a href="{{ unsubscribe_url }}" style="color:#57534e;">Unsubscribe</a> from messages like this.</mj-text>`
      : '';
  return {
    mjml: [
      '<mj-divider border-width="1px" border-color="#e7e5e4" padding="16px 24px 12px" />',
      `<mj-text ${small}>Why you got this: {{ why }}</mj-text>`,
      out,
      `<mj-text ${small}>${sender}</mj-text>`,
    ].join(''),
    text: [
      '--\nWhy you got this: {{ why }}\n',
      category === 'marketing' ? 'Unsubscribe from messages like this: {{ unsubscribe_url }}\n' : '',
      `${sender}\n`,
    ].join(''),
  };
}
