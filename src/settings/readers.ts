import * as v from 'valibot';
import { OperatorError, usageError } from '../base/errors.ts';
import { isDecimal } from '../base/is-decimal.ts';
import { nearestName } from '../base/nearest.ts';
import { isTimeZone } from '../base/zoned-time.ts';
import { parseRate, type Rate } from '../calls/rate.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import { LANGUAGES, type Language, languageOf } from '../texts/language.ts';
import { sharedTexts } from '../texts/shared.ts';

/** How the config file writes a value: a JSON text, a JSON number, true or false, or a list of texts. */
export type Shape = 'text' | 'number' | 'switch' | 'list';

/** Reads the text of one setting, or its list of texts. The schema decides, the rest is for messages. */
export type Reader<T> = {
  readonly shape: Shape;
  readonly schema: v.GenericSchema<unknown, T>;
  /** Ends the sentence "'x' is not …", in the chosen language. */
  readonly expects: () => string;
  /** A value that is right. */
  readonly example: string;
  readonly choices?: readonly string[];
};

/** @throws OperatorError (exit 2); `where` is the flag, variable or config key that the value came from */
export function readValue<T>(reader: Reader<T>, where: string, value: string | readonly string[]): T {
  const given = reader.shape === 'list' && typeof value === 'string' ? splitList(value) : value;
  const result = v.safeParse(reader.schema, given);
  if (result.success) return result.output;
  const index = result.issues[0].path?.[0]?.key;
  const shown = typeof given === 'string' ? given : (given[Number(index ?? -1)] ?? String(value));
  const nearest = nearestName(shown, reader.choices ?? []);
  const hint = nearest === undefined ? settingsTexts().writeExample(reader.example) : sharedTexts().didYouMean(nearest);
  throw usageError('BAD_VALUE', settingsTexts().isNot(where, shown, reader.expects()), hint);
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export const anyText: Reader<string> = {
  shape: 'text',
  schema: v.pipe(v.string(), v.minLength(1)),
  expects: () => settingsTexts().expects.text,
  example: 'text',
};

/** One spelling: with a space or an invisible character more, the same name would credit everybody once more. */
export const occasion: Reader<string> = {
  ...anyText,
  schema: v.pipe(
    v.string(),
    v.transform((text) => text.normalize('NFKC').replace(INVISIBLE, '').replace(/\s+/g, ' ').trim()),
    v.minLength(1),
  ),
  expects: () => settingsTexts().expects.occasion,
  example: '2026-Q3',
};

/** The joiner U+200D of emoji is not among them. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

export const toggle: Reader<boolean> = {
  shape: 'switch',
  schema: v.pipe(
    v.picklist(['true', 'false']),
    v.transform((text) => text === 'true'),
  ),
  expects: () => settingsTexts().expects.toggle,
  example: 'true',
};

/** Digits are kept as text until they are known to be few enough for a number. */
function wholeNumber(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.regex(/^-?[0-9]{1,12}$/),
    v.transform((text) => Number(text)),
    v.minValue(min),
    v.maxValue(max),
  );
}

export function count(min: number, max: number): Reader<number> {
  return {
    shape: 'number',
    schema: wholeNumber(min, max),
    expects: () => settingsTexts().expects.count(min, max),
    example: String(Math.min(Math.max(min, 10), max)),
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return {
    shape: 'text',
    schema: v.picklist(choices),
    expects: () => settingsTexts().expects.oneOf(choices),
    example: choices[0] ?? '',
    choices,
  };
}

/** A language as `--lang` names it, or as a system does: `zh-TW`, `zh_CN.UTF-8`. */
export const language: Reader<Language> = {
  ...oneOf(...LANGUAGES),
  schema: v.pipe(
    v.string(),
    v.transform(languageOf),
    v.check((found) => found !== undefined),
    v.transform((found) => found ?? 'en'),
  ),
};

/** Texts with commas between them; `lengthMin` 1 refuses an empty list. */
export function listOf<T>(item: Reader<T>, lengthMin: 0 | 1): Reader<readonly T[]> {
  return {
    ...item,
    shape: 'list',
    schema: v.pipe(v.array(item.schema), v.minLength(lengthMin)),
  };
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * `30s`, `500ms`, `2m`, `12h`, `1d` → milliseconds. `longest` is written in the same way. `minMs`: 1 refuses none.
 * `example`: one that does no harm when it is typed as it stands.
 */
export function duration(longest: string, minMs: 0 | 1 = 0, example = '30s'): Reader<number> {
  return {
    shape: 'text',
    schema: v.pipe(
      v.string(),
      v.regex(/^[0-9]{1,9}(ms|s|m|h|d)$/),
      v.transform(milliseconds),
      v.minValue(minMs),
      v.maxValue(milliseconds(longest)),
    ),
    expects: () => settingsTexts().expects.duration(longest),
    example,
  };
}

function milliseconds(text: string): number {
  return Number.parseInt(text, 10) * (UNITS_MS.get(text.replace(/^[0-9]+/, '')) ?? Number.NaN);
}

/** An exact amount: it stays text. */
export const amount: Reader<string> = {
  shape: 'text',
  schema: v.pipe(v.string(), v.check(isDecimal)),
  expects: () => settingsTexts().expects.amount,
  example: '12.50',
};

type MaxErrors = { readonly count: number } | { readonly percent: number };

export const maxErrors: Reader<MaxErrors> = {
  shape: 'number',
  schema: v.union([
    v.pipe(
      v.string(),
      v.regex(/^[0-9]{1,9}$/),
      v.transform((text) => ({ count: Number(text) })),
    ),
    v.pipe(
      v.string(),
      v.regex(/^[0-9]{1,3}(\.[0-9]{1,3})?%$/),
      v.transform((text) => ({ percent: Number(text.slice(0, -1)) })),
      v.check(({ percent }) => percent <= 100),
    ),
  ]),
  expects: () => settingsTexts().expects.maxErrors,
  example: '2%',
};

export const rate: Reader<Rate> = {
  shape: 'text',
  schema: v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parseRate(dataset.value);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  ),
  expects: () => settingsTexts().expects.rate,
  example: '5/s',
};

export const timeZone: Reader<string> = {
  shape: 'text',
  schema: v.pipe(v.string(), v.check(isTimeZone)),
  expects: () => settingsTexts().expects.timeZone,
  example: 'Asia/Hong_Kong',
};

export const timeOfDay: Reader<string> = {
  shape: 'text',
  schema: v.pipe(v.string(), v.regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)),
  expects: () => settingsTexts().expects.timeOfDay,
  example: '00:10',
};

/** A clock's offset in milliseconds, at most a day to either side. */
export const clockOffset: Reader<number> = {
  shape: 'number',
  schema: wholeNumber(-86_400_000, 86_400_000),
  expects: () => settingsTexts().expects.clockOffset,
  example: '-1500',
};

/** An account's id. The ledger joins accounts with a comma, so an id has none. */
export const accountId: Reader<string> = {
  shape: 'text',
  schema: v.pipe(v.string(), v.trim(), v.regex(/^[\x21-\x2b\x2d-\x7e]+$/)),
  expects: () => settingsTexts().expects.accountId,
  example: 'ABCDEF0123456789',
};

/** `12`, `3,7` or `all`: rows as `result_row` counts them. */
export const rowNumbers: Reader<readonly number[] | 'all'> = {
  shape: 'text',
  schema: v.union([
    v.literal('all'),
    v.pipe(
      v.string(),
      v.transform((text) => text.split(',').map((item) => item.trim())),
      v.array(wholeNumber(1, 1e9)),
    ),
  ]),
  expects: () => settingsTexts().expects.rowNumbers,
  example: '3,7',
};

/** `name=value`, for the switches of the sandbox. */
export const pair: Reader<readonly [name: string, value: string]> = {
  shape: 'text',
  schema: v.pipe(
    v.string(),
    v.regex(/^[^=]+=/),
    v.transform((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const),
  ),
  expects: () => settingsTexts().expects.pair,
  example: 'notFound=error2015',
};
