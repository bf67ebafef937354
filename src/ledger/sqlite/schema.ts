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
  `
  -- A credit is remembered by member. Only rows of a top-up (increments) have an account.
  ALTER TABLE row ADD COLUMN account TEXT NOT NULL DEFAULT '';
  ALTER TABLE row ADD COLUMN number TEXT NOT NULL DEFAULT '';      -- '' when not known: all rows of earlier versions
  ALTER TABLE row ADD COLUMN reference TEXT NOT NULL DEFAULT '';
  ALTER TABLE row ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
  ALTER TABLE row ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;  -- of the last change; rises over all runs
  ALTER TABLE row ADD COLUMN undoes_run TEXT NOT NULL DEFAULT '';  -- the credit that this row takes back
  ALTER TABLE row ADD COLUMN undoes_row INTEGER NOT NULL DEFAULT 0;
  UPDATE row SET account = run.account FROM run WHERE run.run_id = row.run_id AND row.data_change_time <> '';
  -- Before this version order was told by a clock alone.
  UPDATE row SET sequence = ordered.sequence FROM (
    SELECT run_id, row_number, target,
      row_number() OVER (ORDER BY updated_ms, intent_ms, run_id, row_number, target) AS sequence FROM row
  ) AS ordered
  WHERE row.run_id = ordered.run_id AND row.row_number = ordered.row_number AND row.target = ordered.target;
  INSERT INTO counter SELECT 'sequence', count(*) FROM row;

  -- What the guard asks for every increment, and what intake asks for every row.
  DROP INDEX row_by_member;
  CREATE INDEX row_by_member ON row (account, customer_uid) WHERE account <> '' AND customer_uid <> '';
  CREATE INDEX row_by_number ON row (account, number) WHERE account <> '' AND number <> '';
  CREATE INDEX row_by_reference ON row (account, reference) WHERE account <> '' AND reference <> '';
  CREATE INDEX row_by_undone ON row (undoes_run, undoes_row) WHERE undoes_run <> '';
  -- As small as there are rows in doubt.
  DROP INDEX row_unsettled;
  CREATE INDEX row_unsettled ON row (account, run_id) WHERE state IN ('intent', 'in_doubt');

  DROP INDEX run_by_digest;
  ALTER TABLE run DROP COLUMN rows_digest;
  ALTER TABLE run ADD COLUMN place TEXT NOT NULL DEFAULT '';         -- where, for a person
  ALTER TABLE run ADD COLUMN result_sha256 TEXT NOT NULL DEFAULT ''; -- of the result file as written last
  ALTER TABLE run ADD COLUMN undoes TEXT NOT NULL DEFAULT '';        -- the run that this run takes back
  ALTER TABLE run ADD COLUMN has_stage INTEGER NOT NULL DEFAULT 0;   -- 0: of an earlier version
  CREATE INDEX run_by_account ON run (account);

  -- Runs whose planned rows are being recorded. Such a run is not in \`run\` yet, so that no query that joins it sees
  -- them; what a kill leaves here is removed when the ledger is opened.
  CREATE TABLE starting_run (run_id TEXT PRIMARY KEY) WITHOUT ROWID;
  `,
  `
  -- Earlier builds kept a vendor's message as it came, and such a message may name a member. The functions are those of
  -- ledger/vendor-words.ts.
  UPDATE row SET messages_json = old_messages_without_words(messages_json, error_code,
      EXISTS (SELECT 1 FROM run WHERE run.run_id = row.run_id AND has_stage = 1))
    WHERE messages_json <> '[]';
  UPDATE evidence SET detail_json = old_evidence_without_words(detail_json);
  -- The words may also stand in pages that were freed before: open-database.ts overwrites these, and drops the mark.
  INSERT INTO counter SELECT 'free_pages_hold_words', 1 WHERE EXISTS (SELECT 1 FROM run);
  `,
];
