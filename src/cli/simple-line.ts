import { flagName, flagsOf, settingOf } from '../settings/settings-table.ts';
import type { CommandLine } from './command-line.ts';

/**
 * Reads a command line that is plain beyond doubt: words, and known flags that are given once, each with its value.
 * Undefined for every other line, which yargs reads: to load yargs takes longer than to start Node. What is read here,
 * yargs reads alike (a test holds that).
 */
export function parseSimpleLine(argv: readonly string[]): CommandLine | undefined {
  const words: string[] = [];
  const flags: Record<string, string | boolean> = {};
  const { byName, byAlias } = knownFlags();
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-')) {
      if (word === '') return undefined;
      words.push(word);
      continue;
    }
    const [, long, given] = /^--([a-z-]+)(?:=(.+))?$/s.exec(word) ?? [];
    const [, short = ''] = /^-([a-z])$/.exec(word) ?? [];
    const name = long ?? byAlias.get(short);
    const isSwitch = name === undefined ? undefined : byName.get(name);
    if (name === undefined || isSwitch === undefined || name in flags) return undefined;
    const next = argv[index + 1];
    if (isSwitch) {
      // Such a word behind a switch is its value.
      if (given !== undefined || next === 'true' || next === 'false') return undefined;
      flags[name] = true;
      continue;
    }
    const value = given ?? next;
    // yargs takes quotes away, and a sign in front may be another flag.
    if (value === undefined || !/^[^-'"]/.test(value)) return undefined;
    flags[name] = value;
    if (given === undefined) index += 1;
  }
  const [first] = words;
  if (first === 'help' || first === 'version') return undefined;
  return { words, flags, asks: undefined, unknown: [] };
}

/** By the name as it is typed: whether the flag is a switch. Flags that may be given several times are not among them. */
function knownFlags() {
  const byName = new Map<string, boolean>();
  const byAlias = new Map<string, string>();
  for (const name of flagsOf()) {
    if (name === 'set') continue;
    const { alias, reader } = settingOf(name);
    byName.set(flagName(name), reader.shape === 'switch');
    if (alias !== undefined) byAlias.set(alias, flagName(name));
  }
  return { byName, byAlias };
}
