import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { jsonDecimal, jsonMessages, jsonText, plainDigits } from '../../src/http/json-text.ts';
import {
  isJsonObject,
  JsonNumber,
  type JsonValue,
  jsonField,
  jsonNumber,
  parseJson,
  stringifyJson,
} from '../../src/http/lossless-json.ts';
import { fc } from '../support/chance.ts';

function parsed(text: string): JsonValue {
  const parsing = parseJson(text);
  if (!parsing.isJson) throw new Error(parsing.problem);
  return parsing.value;
}

describe('reading', () => {
  it('keeps every digit of every number', () => {
    const text = '[231607639459718452,-12.50,0.10,1.25E+1,-0,0e-7,123456789012345678901234567890.123]';
    expect(stringifyJson(parsed(text))).toBe(text);
  });

  it('stores __proto__ and its like as ordinary keys', () => {
    const value = parsed('{"__proto__":{"status":"success"},"constructor":1,"a":2}');
    if (!isJsonObject(value)) throw new Error('no object');
    expect(jsonField(value, 'status')).toBeUndefined();
    expect(jsonField(value, 'toString')).toBeUndefined();
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'a']);
    expect(stringifyJson(value)).toBe('{"__proto__":{"status":"success"},"constructor":1,"a":2}');
    expect(({} as Record<string, unknown>).status).toBeUndefined();
  });

  it('refuses a key with two values, and lets the same value twice through', () => {
    expect(parseJson('{"balance":1,"balance":2}').isJson).toBe(false);
    expect(parseJson('{"balance":1.0,"balance":1}').isJson).toBe(false);
    expect(parseJson('{"balance":1,"balance":1}').isJson).toBe(true);
  });

  it('takes nesting that would overflow the stack for damage', () => {
    for (const text of [
      '['.repeat(1_000_000),
      '{"a":'.repeat(500_000),
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    ]) {
      expect(parseJson(text)).toEqual({ isJson: false, problem: 'nested too deep' });
    }
  });

  it.each([
    '',
    '{',
    '{"a":1',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":NaN}',
    "{'a':1}",
    '{"a":1}x',
    '[1,]',
    'undefined',
    '"\n"',
  ])('takes %j for damage, and never quotes it', (text) => {
    const parsing = parseJson(text);
    expect(parsing.isJson).toBe(false);
    expect(parsing.isJson ? '' : parsing.problem).toMatch(/^damaged( at character \d+)?$/);
  });

  it('agrees with JSON.parse and JSON.stringify on everything else', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const value = parsed(text);
        expect(JSON.parse(stringifyJson(value))).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('writing', () => {
  it('keeps the order of keys, adds no whitespace, and writes numbers digit for digit', () => {
    const text = stringifyJson({ b: jsonNumber('12.50'), a: [null, true, 'é"\u2028陈', jsonNumber('0')], c: {} });
    expect(text).toBe('{"b":12.50,"a":[null,true,"é\\"\u2028陈",0],"c":{}}');
  });

  it.each(['', '+1', '01', '1.', '.5', '1,5', 'NaN', ' 1', '1\n', '0x1'])(
    'refuses %j as the digits of a number',
    (digits) => {
      expect(() => jsonNumber(digits)).toThrow('digits');
    },
  );
});

describe('plain digits', () => {
  it.each([
    ['12.50', '12.50'],
    ['-0', '-0'],
    ['1.25E+1', '12.5'],
    ['1.250E+1', '12.50'],
    ['3E-2', '0.03'],
    ['-1.5e3', '-1500'],
    ['0E-2', '0.00'],
    ['0E+3', '0'],
    ['0.001E+5', '100'],
    ['231607639459718452', '231607639459718452'],
    ['2.31607639459718452E+17', '231607639459718452'],
  ])('%s is %s', (digits, plain) => {
    expect(plainDigits(digits)).toBe(plain);
  });

  it('are the same number, for any number', () => {
    const digits = fc
      .tuple(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.option(fc.stringMatching(/^\d{1,10}$/)),
        fc.integer({ min: -20, max: 20 }),
      )
      .map(([whole, fraction, exponent]) => `${whole}${fraction === null ? '' : `.${fraction}`}E${exponent}`);
    fc.assert(
      fc.property(digits, (text) => {
        const plain = plainDigits(text) ?? '';
        expect(plain).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?$/);
        expect(new Decimal(plain).equals(new Decimal(text))).toBe(true);
      }),
    );
  });

  it('of a number as long as a novel are nobody’s amount', () => {
    expect(plainDigits('1E+999999999')).toBeUndefined();
    expect(plainDigits('1E-100')).toBeUndefined();
    expect(plainDigits('9'.repeat(100))).toBeUndefined();
  });
});

describe('values as text', () => {
  it('are strings, numbers and truths, and nothing else', () => {
    expect([jsonText('a'), jsonText(new JsonNumber('1E1')), jsonText(true), jsonText('a\ud83d')]).toEqual([
      'a',
      '10',
      undefined,
      undefined,
    ]);
    expect([jsonText(null), jsonText([]), jsonText({}), jsonText(undefined)]).toEqual(Array(4).fill(undefined));
  });

  it('are amounts when they are numbers or strings of one', () => {
    expect(['1.50', '-3', '1.25E+1'].map(jsonDecimal)).toEqual(['1.50', '-3', '12.5']);
    expect(['', ' 1', '1,5', '+1', '01', 'NaN', '1.'].map(jsonDecimal)).toEqual(Array(7).fill(undefined));
  });

  it('are messages as a list or as one text, printable and bounded', () => {
    expect(jsonMessages(['a\r\nb', '', null, new JsonNumber('5'), {}])).toEqual(['a b', '5']);
    expect(jsonMessages('one')).toEqual(['one']);
    expect(jsonMessages(undefined)).toEqual([]);
    expect(jsonMessages(['x'.repeat(1000)])[0]).toHaveLength(300);
    expect(jsonMessages(Array(100).fill('x'))).toHaveLength(10);
  });
});
