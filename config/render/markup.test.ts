import { describe, expect, test } from 'vitest';
import { inlineHtml, inlineText, readMarkup } from './markup.ts';

describe('the markup of template bodies', () => {
  test('joins lines to paragraphs and parts them at empty lines', () => {
    expect(readMarkup('one\ntwo\n\nthree')).toEqual([
      { kind: 'paragraph', text: 'one two' },
      { kind: 'paragraph', text: 'three' },
    ]);
  });

  test('knows headings, lists and named blocks wherever they stand', () => {
    expect(readMarkup('text\n## Head\n- a\n- b\r\n[[usage]]\nmore')).toEqual([
      { kind: 'paragraph', text: 'text' },
      { kind: 'heading', text: 'Head' },
      { kind: 'list', items: ['a', 'b'] },
      { kind: 'named', name: 'usage', line: 4 },
      { kind: 'paragraph', text: 'more' },
    ]);
  });

  test('keeps lines of Liquid tags apart from the text between them', () => {
    expect(readMarkup('{% if a > 1 %}\nyes\n{% else %}{% assign b = 1 %}\nno {{ b }}\n{% endif %}')).toEqual([
      { kind: 'logic', tags: '{% if a > 1 %}' },
      { kind: 'paragraph', text: 'yes' },
      { kind: 'logic', tags: '{% else %}{% assign b = 1 %}' },
      { kind: 'paragraph', text: 'no {{ b }}' },
      { kind: 'logic', tags: '{% endif %}' },
    ]);
  });

  test('takes a line with words between tags for text', () => {
    expect(readMarkup('{% if a %}yes{% endif %}')).toEqual([{ kind: 'paragraph', text: '{% if a %}yes{% endif %}' }]);
  });

  test('escapes the words of a template but not its Liquid', () => {
    expect(inlineHtml('a < b & **c** {% if x > 1 %}{{ y | default: "<" }}{% endif %}')).toBe(
      'a &lt; b &amp; <strong>c</strong> {% if x > 1 %}{{ y | default: "<" }}{% endif %}',
    );
    expect(inlineText('a < b & **c**')).toBe('a < b & c');
  });
});
