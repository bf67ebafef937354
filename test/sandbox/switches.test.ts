import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { DEFAULT_SWITCHES, mergeSwitches, parseSwitches, SWITCHES } from '../../src/sandbox/switches.ts';

function refusalOf(work: () => unknown): OperatorError {
  try {
    work();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('switches from a command line', () => {
  test('texts become values', () => {
    const entries = {
      notFound: 'error2015',
      'fault.cutAfter': '5%',
      'fault.slow': '0.25',
      quotaLimit: '300',
      gzip: 'false',
      quotaTimeZone: 'Asia/Singapore',
      repeatCode: '2044',
      repeatMemory: '2h',
    };
    expect(parseSwitches(entries)).toEqual({
      notFound: 'error2015',
      'fault.cutAfter': 0.05,
      'fault.slow': 0.25,
      quotaLimit: 300,
      gzip: false,
      quotaTimeZone: 'Asia/Singapore',
      repeatCode: '2044',
      repeatMemory: 7_200_000,
    });
  });

  test.each([
    ['notfoud', 'notFound'],
    ['cutAfter', 'fault.cutAfter'],
    ['fault.cutafter', 'fault.cutAfter'],
    ['quotalimt', 'quotaLimit'],
  ])('the unknown name %s is refused and %s is offered', (name, nearest) => {
    const error = refusalOf(() => parseSwitches({ [name]: '1' }));
    expect(error).toMatchObject({ exitCode: 2, code: 'UNKNOWN_SWITCH' });
    expect(error.hint).toContain(`'${nearest}'`);
  });

  test('a name that is near nothing gets the whole list, also __proto__', () => {
    expect(refusalOf(() => parseSwitches({ zzzzzzzzzz: '1' })).hint).toContain('quotaLimit');
    expect(refusalOf(() => parseSwitches(JSON.parse('{"__proto__":"1"}'))).code).toBe('UNKNOWN_SWITCH');
  });

  test.each([
    ['notFound', 'maybe', 'nullData, noData, error2015'],
    ['fault.slow', '101%', '0% to 100%'],
    ['fault.slow', '-1', '0% to 100%'],
    ['quotaLimit', '3.5', 'a whole number'],
    ['gzip', 'yes', 'true, false'],
    ['quotaTimeZone', 'Mars/Base', 'an IANA time zone'],
    ['repeatCode', 'x', 'a whole number'],
    ['quotaHttpStatus', '99', '200 to 599'],
    ['repeatMemory', '10 weeks', '10m'],
  ])('%s=%s is refused with what is accepted', (name, text, accepted) => {
    const error = refusalOf(() => parseSwitches({ [name]: text }));
    expect(error.code).toBe('BAD_SWITCH_VALUE');
    expect(error.hint).toContain(accepted);
  });

  test('faults that add up to more than every call are refused', () => {
    const error = refusalOf(() => mergeSwitches(DEFAULT_SWITCHES, { 'fault.html': 0.6, 'fault.empty': 0.5 }));
    expect(error.message).toContain('110.0%');
  });

  test('every default can be written as a text, and every switch is described', () => {
    for (const { name, default: byDefault, values, about } of SWITCHES) {
      expect(parseSwitches({ [name]: byDefault })).toEqual({
        [name]: DEFAULT_SWITCHES[name as keyof typeof DEFAULT_SWITCHES],
      });
      expect(values).not.toBe('');
      expect(about).not.toBe('');
    }
  });
});
