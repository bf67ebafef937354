import { ROW_FUNCTIONS } from './schema-functions.ts';
import { RUN_FUNCTIONS } from './schema-runs.ts';
import { SLICE_FUNCTIONS } from './schema-slices.ts';

/**
 * The tables of the shared ledger, in a schema of their own. Each entry of `MIGRATIONS` brings the tables of a ledger from
 * version n to n + 1 and is never edited once released. Columns are named as in SQLite's tables. Ids and amounts are text: no
 * digit is ever lost. Names, phones and secrets are never stored.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE SCHEMA IF NOT EXISTS memberload;
  CREATE TABLE memberload.migration (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());

  -- A process that writes. Its number is never used again: it is what tells a process that was cut off from its
  -- successor.
  CREATE TABLE memberload.worker (
    worker_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    home            text NOT NULL,             -- a random id of its MEMBERLOAD_HOME
    who             text NOT NULL,             -- user, host, process: for a person
    command         text NOT NULL,
    started_ms      bigint NOT NULL,
    lease_until_ms  bigint NOT NULL,           -- by the database's clock
    ended_ms        bigint,                    -- null: it may be at work
    intents         bigint NOT NULL DEFAULT 0  -- increments that it has begun
  );
  CREATE INDEX worker_by_home ON memberload.worker (home);

  CREATE TABLE memberload.run (
    run_id         text PRIMARY KEY,
    run_number     bigint GENERATED ALWAYS AS IDENTITY, -- the order of runs: rises within an account
    worker_id      bigint NOT NULL,                     -- who works on it, or did last
    is_claimed     boolean NOT NULL DEFAULT true,       -- false: that process has let go of it
    command        text NOT NULL,
    targets        text NOT NULL,
    account        text NOT NULL,
    place          text NOT NULL,
    state          text NOT NULL,
    created_ms     bigint NOT NULL,
    updated_ms     bigint NOT NULL,
    input_path     text NOT NULL,
    input_sha256   text NOT NULL,
    result_path    text NOT NULL,
    result_sha256  text NOT NULL DEFAULT '',
    undoes         text NOT NULL,
    row_count      bigint NOT NULL,
    settings_json  text NOT NULL,
    progress_json  text NOT NULL DEFAULT '{}',
    summary_json   text NOT NULL DEFAULT '{}',
    pruned_ms      bigint NOT NULL DEFAULT 0,
    has_stage      int NOT NULL DEFAULT 1
  );
  CREATE INDEX run_by_account ON memberload.run (account, run_number);
  CREATE INDEX run_by_undone ON memberload.run (undoes) WHERE undoes <> '';

  -- Runs whose planned rows are being recorded, page by page. Such a run is not in \`run\` yet, so that nothing that
  -- joins it sees the rows. What a killed process leaves here is removed by the next one.
  CREATE TABLE memberload.starting_run (run_id text PRIMARY KEY, worker_id bigint NOT NULL);

  CREATE TABLE memberload.run_row (
    run_id            text NOT NULL,
    row_number        bigint NOT NULL,
    target            text NOT NULL,
    state             text NOT NULL,
    operation         text NOT NULL DEFAULT '',
    action            text NOT NULL DEFAULT '',
    error_code        text NOT NULL DEFAULT '',
    messages_json     text NOT NULL DEFAULT '[]',
    attempts          bigint NOT NULL DEFAULT 0,
    account           text NOT NULL DEFAULT '',  -- '' for anything but an increment
    customer_uid      text NOT NULL DEFAULT '',
    number            text NOT NULL DEFAULT '',
    uuid              text NOT NULL DEFAULT '',
    category_uid      text NOT NULL DEFAULT '',
    point_increment   text NOT NULL DEFAULT '',
    balance_increment text NOT NULL DEFAULT '',
    reference         text NOT NULL DEFAULT '',
    campaign          text NOT NULL DEFAULT '',
    data_change_time  text NOT NULL DEFAULT '',
    point_before      text NOT NULL DEFAULT '',
    point_after       text NOT NULL DEFAULT '',
    balance_before    text NOT NULL DEFAULT '',
    balance_after     text NOT NULL DEFAULT '',
    undoes_run        text NOT NULL DEFAULT '',
    undoes_row        bigint NOT NULL DEFAULT 0,
    intent_ms         bigint NOT NULL DEFAULT 0,
    intent_worker     bigint NOT NULL DEFAULT 0, -- who has begun the increment last; 0: nobody
    changed_by        bigint NOT NULL DEFAULT 0,
    updated_ms        bigint NOT NULL,
    sequence          bigint NOT NULL,
    PRIMARY KEY (run_id, row_number, target)
  ) WITH (fillfactor = 70);
  CREATE INDEX row_by_member ON memberload.run_row (account, customer_uid) WHERE account <> '' AND customer_uid <> '';
  CREATE INDEX row_by_number ON memberload.run_row (account, number) WHERE account <> '' AND number <> '';
  CREATE INDEX row_by_reference ON memberload.run_row (account, reference) WHERE account <> '' AND reference <> '';
  CREATE INDEX row_by_undone ON memberload.run_row (undoes_run, undoes_row) WHERE undoes_run <> '';
  CREATE INDEX row_unsettled ON memberload.run_row (account, run_id) WHERE state IN ('intent', 'in_doubt');

  -- Copies of the stages of runs, sealed with a key that only the machines have. Gone with the stage.
  CREATE TABLE memberload.stage_file (
    run_id    text NOT NULL,
    file      text NOT NULL,
    worker_id bigint NOT NULL,
    key_id    text NOT NULL,
    pieces    bigint NOT NULL,
    PRIMARY KEY (run_id, file)
  );
  CREATE TABLE memberload.stage_piece (
    run_id text NOT NULL,
    file   text NOT NULL,
    piece  bigint NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (run_id, file, piece),
    FOREIGN KEY (run_id, file) REFERENCES memberload.stage_file ON DELETE CASCADE
  );
  ALTER TABLE memberload.stage_piece ALTER COLUMN sealed SET STORAGE EXTERNAL; -- ciphertext cannot be compressed

  -- Servers and lines of their history that a person has accepted; the first one by making the ledger.
  CREATE TABLE memberload.accepted_line (
    system_identifier bigint NOT NULL,
    timeline          bigint NOT NULL,
    who               text NOT NULL,
    accepted_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system_identifier, timeline)
  );

  -- Homes whose own ledgers were taken over.
  CREATE TABLE memberload.imported_home (
    home        text PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );

  -- Rises with every change of a row.
  CREATE SEQUENCE memberload.row_sequence;

  -- One increment of a member at a time, over all runs and processes: the primary key is the guard. Holds the members
  -- whose increment has no outcome yet.
  CREATE TABLE memberload.in_flight (
    account      text NOT NULL,
    customer_uid text NOT NULL,
    run_id       text NOT NULL,
    row_number   bigint NOT NULL,
    target       text NOT NULL,
    PRIMARY KEY (account, customer_uid)
  );

  -- Every dataChangeTime ever given to a member. Never pruned.
  CREATE TABLE memberload.change_time (
    account          text NOT NULL,
    customer_uid     text NOT NULL,
    data_change_time text NOT NULL,
    PRIMARY KEY (account, customer_uid, data_change_time)
  );

  -- Calls of a day: the sum, which decides, and the parts by endpoint, which inform.
  CREATE TABLE memberload.call_day (
    account text NOT NULL,
    day     text NOT NULL,
    used    bigint NOT NULL,
    PRIMARY KEY (account, day)
  ) WITH (fillfactor = 50);
  CREATE TABLE memberload.call_count (
    account  text NOT NULL,
    day      text NOT NULL,
    endpoint text NOT NULL,
    calls    bigint NOT NULL,
    PRIMARY KEY (account, day, endpoint)
  ) WITH (fillfactor = 50);

  -- When the account's next call may go out, by the database's clock.
  CREATE TABLE memberload.account_pace (
    account       text PRIMARY KEY,
    next_due_us   bigint NOT NULL,
    hold_until_us bigint NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE memberload.account_fact (
    account    text NOT NULL,
    fact       text NOT NULL,
    value      text NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account, fact)
  );

  CREATE TABLE memberload.evidence (
    evidence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id      text NOT NULL,
    row_number  bigint NOT NULL,
    recorded_ms bigint NOT NULL,
    kind        text NOT NULL,
    detail_json text NOT NULL
  );
  CREATE INDEX evidence_by_row ON memberload.evidence (run_id, row_number);
  `,
  `
  -- Parts of a run that several processes carry on at once; see \`schema-slices.ts\`. Gone with the run's end.
  CREATE TABLE memberload.slice (
    run_id    text NOT NULL,
    slice     bigint NOT NULL,           -- 0: the reading that comes first
    lane      bigint NOT NULL,           -- jobs of one lane of an account follow each other
    first_row bigint NOT NULL,
    last_row  bigint NOT NULL,
    worker_id bigint NOT NULL DEFAULT 0, -- who works on it; 0: nobody
    is_done   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run_id, slice)
  );
  ALTER TABLE memberload.run
    ADD COLUMN is_handed_out boolean NOT NULL DEFAULT false, -- left to workers: \`resume --all\` does not carry it on
    ADD COLUMN stop_json     text NOT NULL DEFAULT '',       -- why one of them has stopped it for all
    ADD COLUMN slice_calls   jsonb NOT NULL DEFAULT '{}';    -- calls that the summary does not tell of yet
  -- What the queue of jobs knows a process by.
  ALTER TABLE memberload.worker ADD COLUMN job_pool text NOT NULL DEFAULT '';
  CREATE INDEX row_by_worker ON memberload.run_row (run_id, changed_by);
  `,
  // No table has changed: with this version a ledger has functions that do not read all of its rows at each start.
  '',
];

/** Made anew whenever the ledger is brought to another version: what is here is what every ledger has. */
export const FUNCTIONS = `
  DROP VIEW IF EXISTS memberload.other_row;
  ${ROW_FUNCTIONS}
  ${SLICE_FUNCTIONS}
  ${RUN_FUNCTIONS}
`;

/** The server on which the ledger is made needs no person who accepts it. */
export const FIRST_LINE = `
  INSERT INTO memberload.accepted_line (system_identifier, timeline, who)
  SELECT system_identifier, timeline, 'ledger init' FROM memberload.server_line()`;
