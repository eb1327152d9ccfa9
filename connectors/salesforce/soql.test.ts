import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idList, moment, quoted, recordId } from './soql.ts';
import { longId } from './twin/ids.ts';
import { parseQuery } from './twin/soql/parse.ts';

describe('what goes into a query', () => {
  test('text stays one literal, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseQuery(`SELECT Id FROM Account WHERE Name = ${quoted(text)}`).where).toEqual({
          kind: 'compare',
          field: 'Name',
          operator: '=',
          literal: { kind: 'string', value: text },
        });
      }),
    );
    expect(quoted(`O'Brien \\ "x"\n`)).toBe(`'O\\'Brien \\\\ \\"x\\"\\n'`);
  });

  test('only ids pass for ids', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^[a-zA-Z0-9]{15}$|^[a-zA-Z0-9]{18}$/.test(text));
        expect(() => recordId(text)).toThrow(/is no id of a Salesforce record/);
      }),
    );
    expect(idList(['001Hr0000000001'])).toBe("('001Hr0000000001IAA')");
  });

  test('both forms of an id are the same one', () => {
    // The example of https://help.salesforce.com/s/articleView?id=000385008 has upper case at known places.
    expect(recordId('001A0000006Vm9r')).toBe('001A0000006Vm9rIAC');
    const digits = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...digits), { minLength: 15, maxLength: 15 }), (characters) => {
        const id = characters.join('');
        expect(recordId(id)).toBe(longId(id));
        expect(recordId(recordId(id))).toBe(recordId(id));
      }),
    );
  });

  test('a moment is a literal without quotes', () => {
    expect(moment('2026-03-20T10:00:00+01:00')).toBe('2026-03-20T09:00:00.000Z');
  });
});
