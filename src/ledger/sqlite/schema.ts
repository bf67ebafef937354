/**
 * The ledger's tables. Each entry of `MIGRATIONS` brings a ledger from version n to n + 1 and is never
 * edited once released. Names, phones and secrets are never stored: only what resuming and evidence need.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row per run. settings_json holds the run's own flags and vendor facts, without secrets.
  CREATE TABLE run (
    run_id         TEXT PRIMARY KEY,
    command        TEXT NOT NULL,
    targets        TEXT NOT NULL,              -- 'kybio', 'wonder' or 'kybio,wonder'
    account        TEXT NOT NULL,              -- whose records: 'kybio:<appId>', joined with ','
    state          TEXT NOT NULL,              -- running | finished | paused | stopped | interrupted
    created_ms     INTEGER NOT NULL,
    updated_ms     INTEGER NOT NULL,
    input_path     TEXT NOT NULL,              -- '' when there is none (export --all)
    input_sha256   TEXT NOT NULL,
    result_path    TEXT NOT NULL,
    settings_json  TEXT NOT NULL,
    rows_digest    TEXT NOT NULL,              -- the same rows in any order have the same digest
    row_count      INTEGER NOT NULL,
    progress_json  TEXT NOT NULL DEFAULT '{}', -- cursor of a paged export
    summary_json   TEXT NOT NULL DEFAULT '{}'  -- the document that --json printed last
  );
  CREATE INDEX run_by_digest ON run (rows_digest, account);

  -- One row per input row and target that has been begun. A row that is not here was never begun.
  CREATE TABLE row (
    run_id            TEXT NOT NULL,
    row_number        INTEGER NOT NULL,
    target            TEXT NOT NULL,
    state             TEXT NOT NULL,           -- see row-states.ts
    operation         TEXT NOT NULL DEFAULT '',-- the write that the intent is about: an endpoint's name
    action            TEXT NOT NULL DEFAULT '',
    error_code        TEXT NOT NULL DEFAULT '',
    messages_json     TEXT NOT NULL DEFAULT '[]',
    attempts          INTEGER NOT NULL DEFAULT 0,
    customer_uid      TEXT NOT NULL DEFAULT '',
    uuid              TEXT NOT NULL DEFAULT '',
    category_uid      TEXT NOT NULL DEFAULT '',
    point_increment   TEXT NOT NULL DEFAULT '',
    balance_increment TEXT NOT NULL DEFAULT '',
    data_change_time  TEXT NOT NULL DEFAULT '',
    point_before      TEXT NOT NULL DEFAULT '',
    point_after       TEXT NOT NULL DEFAULT '',
    balance_before    TEXT NOT NULL DEFAULT '',
    balance_after     TEXT NOT NULL DEFAULT '',
    intent_ms         INTEGER NOT NULL DEFAULT 0, -- when the intent was made durable
    updated_ms        INTEGER NOT NULL,
    PRIMARY KEY (run_id, row_number, target)
  ) WITHOUT ROWID;
  CREATE INDEX row_unsettled ON row (run_id, state) WHERE state IN ('intent', 'in_doubt');

  -- Calls by appId, quota day (yyyy-MM-dd in the quota zone) and endpoint, counted before they are sent.
  CREATE TABLE call_count (
    account   TEXT NOT NULL,
    day       TEXT NOT NULL,
    endpoint  TEXT NOT NULL,
    calls     INTEGER NOT NULL,
    PRIMARY KEY (account, day, endpoint)
  ) WITHOUT ROWID;

  -- Every dataChangeTime ever given to a member. Never pruned: two changes of one member in one second
  -- collide at the vendor, whatever happened to the runs that made them.
  CREATE TABLE change_time (
    account          TEXT NOT NULL,
    customer_uid     TEXT NOT NULL,
    data_change_time TEXT NOT NULL,
    PRIMARY KEY (account, customer_uid, data_change_time)
  ) WITHOUT ROWID;

  -- What was learned of an account: its member count, the code of a refused repeat.
  CREATE TABLE account_fact (
    account    TEXT NOT NULL,
    fact       TEXT NOT NULL,
    value      TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account, fact)
  ) WITHOUT ROWID;

  -- What happened to a row in doubt, in order: reads, settlements, a person's decisions.
  CREATE TABLE evidence (
    run_id      TEXT NOT NULL,
    row_number  INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    detail_json TEXT NOT NULL
  );
  CREATE INDEX evidence_by_row ON evidence (run_id, row_number);

  -- How many increment intents were ever committed; compared with the high-water mark beside the database.
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counter VALUES ('increment_intents', 0);
  `,
  `
  -- When \`runs prune\` dropped the run's rows; 0: they are all there.
  ALTER TABLE run ADD COLUMN pruned_ms INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Asked before every increment: whether another row has credited the member since its values were read.
  CREATE INDEX row_by_member ON row (customer_uid) WHERE data_change_time <> '';
  `,
];
