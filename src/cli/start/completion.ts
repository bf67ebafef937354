import { EXIT, usageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest.ts';
import { describeSetting, flagName, flagsOf, type SettingName, settingOf } from '../../settings/settings-table.ts';
import { commandHelpTexts } from '../../texts/cli/command-help.ts';
import { helpTexts } from '../../texts/cli/help.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { COMMANDS, type CommandInput, type CommandResult } from '../commands.ts';

/*
 * The scripts are made from the table of commands and flags. yargs has scripts for bash and zsh that start the
 * program at each Tab; they know the commands that yargs parses itself, which ours are not, and neither fish nor
 * PowerShell. These scripts start nothing: Tab answers at once.
 */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

/** What can follow a command. */
type Completed = {
  readonly name: string;
  readonly about: string;
  /** Words of its own, where it takes no file. */
  readonly words: readonly string[];
  readonly takesFile: boolean;
  readonly flags: readonly CompletedFlag[];
};

type CompletedFlag = {
  readonly name: string;
  readonly alias: string | undefined;
  readonly about: string;
  readonly kind: 'switch' | 'choice' | 'file' | 'value';
  readonly choices: readonly string[];
};

/** `completion`: the script for a shell, on standard output; how it is installed, on standard error. */
export async function runCompletion({ argument = '', console }: CommandInput): Promise<CommandResult> {
  const shell = SHELLS.find((name) => name === argument || (name === 'powershell' && argument === 'pwsh'));
  if (shell === undefined) {
    const nearest = nearestName(argument, SHELLS);
    const hint = nearest ? sharedTexts().didYouMean(nearest) : helpTexts().shells(SHELLS);
    throw usageError('BAD_USAGE', helpTexts().noCompletion(argument), hint);
  }
  console.printLines(completionScript(shell));
  console.say(helpTexts().switchOn(shell === 'zsh' ? `${INSTALL.zsh}   ${helpTexts().afterCompinit}` : INSTALL[shell]));
  return { exitCode: EXIT.ok };
}

const INSTALL: Readonly<Record<Shell, string>> = {
  bash: `echo 'source <(memberload completion bash -q)' >> ~/.bashrc`,
  zsh: `echo 'source <(memberload completion zsh -q)' >> ~/.zshrc`,
  fish: 'memberload completion fish -q > ~/.config/fish/completions/memberload.fish',
  powershell: 'memberload completion powershell -q >> $PROFILE',
};

/** The script that completes commands, flags and the values of flags in that shell. */
export function completionScript(shell: Shell): string {
  const commands = completedCommands();
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
    case 'powershell':
      return powershellScript(commands);
  }
}

const FILE_FLAGS: ReadonlySet<string> = new Set(['output', 'config', 'map', 'log']);

function completedCommands(): Completed[] {
  const names = COMMANDS.map(({ name }) => name);
  const own = COMMANDS.map(({ name, arguments: [first = ''], words = [] }): Completed => {
    return {
      name,
      about: commandHelpTexts()[name].about,
      words,
      takesFile: first.includes('file'),
      flags: flagsOf(name).map(completedFlag),
    };
  });
  return [...own, { name: 'help', about: helpTexts().helpCommand, words: names, takesFile: false, flags: [] }];
}

function completedFlag(name: SettingName): CompletedFlag {
  const { alias, reader } = settingOf(name);
  const choices = reader.choices ?? [];
  const kind =
    reader.shape === 'switch' ? 'switch' : choices.length > 0 ? 'choice' : FILE_FLAGS.has(name) ? 'file' : 'value';
  return { name: flagName(name), alias, about: describeSetting(name).about, kind, choices };
}

function flagWords(flags: readonly CompletedFlag[]): string {
  return flags.flatMap(({ name, alias }) => [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]).join(' ');
}

function bashScript(commands: readonly Completed[]): string {
  const choices = new Map<string, string>();
  const valued = new Set<string>();
  for (const { name, alias, kind, choices: words } of commands.flatMap(({ flags }) => flags)) {
    const typed = alias === undefined ? `--${name}` : `--${name}|-${alias}`;
    if (kind === 'choice') choices.set(typed, words.join(' '));
    if (kind === 'value') valued.add(typed);
  }
  return [
    '# bash completion of memberload',
    '_memberload() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash writes an element of an array so
    '  local current="$2" previous="$3" command="${COMP_WORDS[1]}" words=',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$current"))`,
    '    return',
    '  fi',
    '  case $previous in',
    ...[...choices].map(
      ([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W '${words}' -- "$current")); return ;;`,
    ),
    `    ${[...valued].join('|')}) return ;;`,
    `    ${[...FILE_FLAGS].map((name) => `--${name}`).join('|')}|-o) COMPREPLY=($(compgen -f -- "$current")); return ;;`,
    '  esac',
    '  case $command in',
    ...commands.map(
      ({ name, words, flags, takesFile }) =>
        `    ${name}) words='${[...words, flagWords(flags)].filter(Boolean).join(' ')}'${takesFile ? `; [[ $current == -* ]] || { COMPREPLY=($(compgen -f -- "$current")); return; }` : ''} ;;`,
    ),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o filenames -F _memberload memberload',
  ].join('\n');
}

/** In single quotes; zsh takes a colon and a bracket in a description for its own. */
function zshText(text: string): string {
  return text.replace(/'/g, "'\\''").replace(/([:[\]])/g, '\\$1');
}

function zshScript(commands: readonly Completed[]): string {
  const action = ({ kind, choices, name }: CompletedFlag): string => {
    if (kind === 'switch') return '';
    if (kind === 'choice') return `:${name}:(${choices.join(' ')})`;
    return kind === 'file' ? `:${name}:_files` : `:${name}: `;
  };
  const spec = (flag: CompletedFlag): string[] => {
    const end = `[${zshText(flag.about)}]${action(flag)}'`;
    return [`'--${flag.name}${end}`, ...(flag.alias === undefined ? [] : [`'-${flag.alias}${end}`])];
  };
  return [
    '#compdef memberload',
    '_memberload() {',
    '  if (( CURRENT == 2 )); then',
    '    local -a commands',
    '    commands=(',
    ...commands.map(({ name, about }) => `      '${name}:${zshText(about)}'`),
    '    )',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $command in',
    ...commands.map(({ name, words, takesFile, flags }) => {
      const rest = words.length > 0 ? `'1:word:(${words.join(' ')})'` : takesFile ? "'1:file:_files'" : '';
      return `    ${name}) _arguments ${[...flags.flatMap(spec), rest].filter(Boolean).join(' ')} ;;`;
    }),
    '  esac',
    '}',
    // Read as a file of $fpath the function is called; sourced, it is named to the completion system.
    'if [ "$funcstack[1]" = "_memberload" ]; then _memberload "$@"; else compdef _memberload memberload; fi',
  ].join('\n');
}

function fishScript(commands: readonly Completed[]): string {
  const text = (words: string): string => `'${words.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const of = (name: string): string => `-n '__fish_seen_subcommand_from ${name}'`;
  return [
    '# fish completion of memberload',
    'complete -c memberload -f',
    ...commands.map(
      ({ name, about }) => `complete -c memberload -n __fish_use_subcommand -a ${name} -d ${text(about)}`,
    ),
    ...commands.flatMap(({ name, words, takesFile, flags }) => [
      ...(takesFile ? [`complete -c memberload ${of(name)} -F`] : []),
      ...(words.length > 0 ? [`complete -c memberload ${of(name)} -a ${text(words.join(' '))}`] : []),
      ...flags.map((flag) => {
        const short = flag.alias === undefined ? '' : ` -s ${flag.alias}`;
        const value = { switch: '', value: ' -x', file: ' -r -F', choice: ` -x -a ${text(flag.choices.join(' '))}` };
        return `complete -c memberload ${of(name)} -l ${flag.name}${short}${value[flag.kind]} -d ${text(flag.about)}`;
      }),
    ]),
  ].join('\n');
}

function powershellScript(commands: readonly Completed[]): string {
  const text = (words: string): string => `'${words.replace(/'/g, "''")}'`;
  const list = (words: readonly string[]): string => `@(${words.map(text).join(', ')})`;
  const choices = new Map<string, readonly string[]>();
  for (const { name, alias, kind, choices: words } of commands.flatMap(({ flags }) => flags)) {
    if (kind !== 'choice') continue;
    choices.set(`--${name}`, words);
    if (alias !== undefined) choices.set(`-${alias}`, words);
  }
  return [
    '# PowerShell completion of memberload',
    'Register-ArgumentCompleter -Native -CommandName memberload -ScriptBlock {',
    '  param($wordToComplete, $commandAst, $cursorPosition)',
    '  $commands = [ordered]@{',
    ...commands.map(({ name, about }) => `    ${text(name)} = ${text(about)}`),
    '  }',
    '  $words = @{',
    ...commands.map(
      ({ name, words, flags }) => `    ${text(name)} = ${list([...words, ...flags.map((flag) => `--${flag.name}`)])}`,
    ),
    '  }',
    '  $values = @{',
    ...[...choices].map(([flag, list_]) => `    ${text(flag)} = ${list(list_)}`),
    '  }',
    '  $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })',
    "  $before = if ($wordToComplete -eq '') { $typed } else { @($typed | Select-Object -SkipLast 1) }",
    '  if ($before.Count -le 1) {',
    '    $commands.GetEnumerator() | Where-Object { $_.Key -like "$wordToComplete*" } | ForEach-Object {',
    "      [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)",
    '    }',
    '    return',
    '  }',
    '  $choices = if ($values.ContainsKey($before[-1])) { $values[$before[-1]] } else { $words[$before[1]] }',
    '  $choices | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    '  }',
    '}',
  ].join('\n');
}
