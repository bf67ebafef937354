/** What stays as it is in every language: names, codes, flags, columns, commands, formats. */
const ALLOWED = [
  // What a vendor said, word for word.
  /“[^”]*”/g,
  /\byyyy\b(?:-mm-dd)?|\bdata-signature\b|\bhttp\(s\)/g,
  // Flags and the value behind them, commands to type, placeholders.
  /--?[a-z][\w-]*(?: (?:allow|applied|not-applied|upsert|create|rows|auto|NAME|HK|topup|yyyy\S*|dd\/MM\/yyyy|\d\S*|diff\.csv|other\.csv|tab))?/g,
  /memberload(?: (?:validate|map|resume|resolve|undo|doctor|report|runs|import|topup|export|init|help|sandbox|template|schedule|completion|cancel|prune|ledger|status|result|worker))*/g,
  /chmod \d+|openssl rand/g,
  /<[^<>]*>/g,
  /\{"columns".*?\}\}?/g,
  /https?:\/\/\S*/g,
  /\bCSV UTF-8(?: \(Comma delimited\))?/g,
  // Camel case, snake case, upper case, names with a dot: columns, codes, variables, files.
  /\b[a-z]+[A-Z]\w*/g,
  /\b[a-z]+_[a-z_]+\b/g,
  /\b[A-Z][A-Z0-9_:+-]+\b/g,
  /\w*\.\w+/g,
  // Names of several words.
  /Credit Card|Wechat Pay|runs (?:prune|cancel)|probe of repeats/g,
  // Names.
  /\b(?:Kybio|Wonder|Excel|SQLite|OpenDocument|Content-Encoding|AppID|MiB|Ctrl-C|Pospal|Windows|PowerShell|systemd|cron|bash|zsh|fish)\b/g,
  // Columns of one word, and values that a setting takes.
  /\b(?:number|name|phone|birthday|email|address|remarks|point|balance|discount|enable|password|uuid|reference|topup|resume|unlimited|gzip|zip|sep|say|hi|true|false|kybio|wonder|tab|uid)\b/g,
];

/** Runs of two English words or more, outside of what stays as it is: one word alone is a value, a command or a name. */
export function englishIn(text: string): string[] {
  const rest = ALLOWED.reduce((left, pattern) => left.replace(pattern, '\u0000'), text);
  return rest.match(/[A-Za-z]{2,}(?:[ ,]+[A-Za-z']{2,})+/g) ?? [];
}
