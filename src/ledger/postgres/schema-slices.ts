/**
 * Slices: a run that several processes carry on at once. Slice 0 reads what the rows need to know, each of the others
 * sends a part of the rows. A run without slices is carried on by the one process that has claimed the run.
 *
 * A slice is taken under the same rules as a run is claimed, so that the queue of jobs is trusted with nothing: a job
 * that is delivered twice finds the slice taken, and a job that is lost is added again.
 */
export const SLICE_FUNCTIONS = `
  -- Whether the process may begin and record that row: it has claimed the run, or has the row's slice.
  CREATE OR REPLACE FUNCTION memberload.works_on(me bigint, id text, row_no bigint) RETURNS boolean
  LANGUAGE sql VOLATILE AS $$
    SELECT CASE
      WHEN EXISTS (SELECT FROM memberload.run WHERE run_id = id AND worker_id = me AND is_claimed) THEN true
      WHEN EXISTS (SELECT FROM memberload.slice WHERE run_id = id AND NOT is_done) THEN
        EXISTS (SELECT FROM memberload.slice WHERE run_id = id AND NOT is_done AND worker_id = me
          AND row_no BETWEEN first_row AND last_row)
      ELSE NOT EXISTS (SELECT FROM memberload.run WHERE run_id = id AND worker_id <> me) END
  $$;

  -- Why the run was stopped by whoever works on a slice of it; null: it was not.
  CREATE OR REPLACE FUNCTION memberload.stop_of(id text) RETURNS jsonb LANGUAGE sql VOLATILE AS
    $$ SELECT NULLIF(stop_json, '')::jsonb FROM memberload.run WHERE run_id = id $$;

  -- The kind of job that workers with a key of the account take. No account is readable in the queue.
  CREATE OR REPLACE FUNCTION memberload.task_of(of_account text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT 'run:' || left(encode(sha256(convert_to(of_account, 'UTF8')), 'hex'), 32) $$;

  -- Cuts a run that is being recorded: slice 0 reads, the others have so many rows each.
  CREATE OR REPLACE FUNCTION memberload.cut_run(r jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    rows_each bigint := (r#>>'{slices,rowsEach}')::bigint;
    lanes bigint := (r#>>'{slices,lanes}')::bigint;
    all_rows bigint := (r->>'rowCount')::bigint;
  BEGIN
    INSERT INTO memberload.slice (run_id, slice, lane, first_row, last_row) VALUES (r->>'runId', 0, 0, 0, 0);
    INSERT INTO memberload.slice (run_id, slice, lane, first_row, last_row)
    SELECT r->>'runId', n, (n - 1) % lanes, (n - 1) * rows_each + 1, LEAST(n * rows_each, all_rows)
    FROM generate_series(1, (all_rows + rows_each - 1) / rows_each) AS n;
    IF (r#>>'{slices,isHandedOut}')::boolean THEN
      UPDATE memberload.run SET is_handed_out = true WHERE run_id = r->>'runId';
      PERFORM memberload.queue_slice(r->>'runId', 0, 0);
    END IF;
  END $$;

  -- Adds the job of a slice, or moves it to that time; slice -1 is the end of the run. Jobs of one lane of an account
  -- follow each other.
  CREATE OR REPLACE FUNCTION memberload.queue_slice(id text, n bigint, at_ms bigint) RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    task text;
    own_lane bigint := 0;
  BEGIN
    SELECT memberload.task_of(account) INTO task FROM memberload.run WHERE run_id = id AND is_handed_out;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT lane INTO own_lane FROM memberload.slice WHERE run_id = id AND slice = n;
    PERFORM memberload_jobs.add_job(task, json_build_object('run', id, 'slice', n),
      queue_name => task || '#' || COALESCE(own_lane, 0), run_at => to_timestamp(at_ms / 1000.0),
      job_key => id || '/' || n);
  END $$;

  -- Whose lease is over is dead for good. Waits for a commit of that process that is under way, so that whatever it
  -- was told is durable is seen from here on.
  CREATE OR REPLACE FUNCTION memberload.end_dead_slices(id text) RETURNS void LANGUAGE sql AS $$
    UPDATE memberload.worker SET ended_ms = memberload.clock_ms()
    WHERE ended_ms IS NULL AND lease_until_ms <= memberload.clock_ms()
      AND worker_id IN (SELECT worker_id FROM memberload.slice WHERE run_id = id AND NOT is_done)
  $$;

  -- Gives the process a slice of the run: that one, or any (null).
  CREATE OR REPLACE FUNCTION memberload.take_slice(me bigint, id text, wanted bigint) RETURNS jsonb
  LANGUAGE plpgsql AS $$
  DECLARE
    r memberload.run;
    s memberload.slice;
  BEGIN
    PERFORM memberload.make_durable();
    SELECT * INTO r FROM memberload.run WHERE run_id = id FOR UPDATE;
    IF NOT FOUND OR r.state <> 'running' OR r.stop_json <> '' OR (r.is_claimed AND memberload.is_alive(r.worker_id)) THEN
      RETURN jsonb_build_object('kind', 'over', 'stop', NULLIF(r.stop_json, '')::jsonb);
    END IF;
    IF NOT memberload.is_alive(me) THEN RETURN '{"kind": "lease_lost"}'; END IF;
    PERFORM memberload.end_dead_slices(id);
    -- Of a process whose lease is over: it has nothing more to say about the rows.
    UPDATE memberload.run SET is_claimed = false WHERE run_id = id AND is_claimed;
    SELECT * INTO s FROM memberload.slice WHERE run_id = id AND NOT is_done
      AND (wanted IS NULL OR slice = wanted) AND (worker_id = 0 OR NOT memberload.is_alive(worker_id))
      -- Nobody sends before the reading is done.
      AND (slice = 0 OR NOT EXISTS (SELECT FROM memberload.slice WHERE run_id = id AND slice = 0 AND NOT is_done))
    ORDER BY slice LIMIT 1;
    IF FOUND THEN
      UPDATE memberload.slice SET worker_id = me WHERE run_id = id AND slice = s.slice;
      RETURN jsonb_build_object('kind', 'taken', 'slice', s.slice, 'first_row', s.first_row, 'last_row', s.last_row);
    END IF;
    RETURN jsonb_build_object('kind', CASE
      WHEN EXISTS (SELECT FROM memberload.slice WHERE run_id = id AND NOT is_done) THEN 'busy' ELSE 'all_done' END);
  END $$;

  CREATE OR REPLACE FUNCTION memberload.add_calls(id text, more jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE memberload.run SET slice_calls = (
      SELECT COALESCE(jsonb_object_agg(name, total), '{}') FROM (
        SELECT name, sum(calls::bigint) AS total FROM (
          SELECT * FROM jsonb_each_text(slice_calls) UNION ALL SELECT * FROM jsonb_each_text(more)) AS each_one(name, calls)
        GROUP BY name) AS sums)
    WHERE run_id = id
  $$;

  -- The slice is done. The next jobs are added in the same commit: those of the rows after the reading, that of the end
  -- of the run after the last slice. False: somebody else has the slice.
  CREATE OR REPLACE FUNCTION memberload.finish_slice(me bigint, id text, n bigint, calls jsonb) RETURNS boolean
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM memberload.make_durable();
    PERFORM FROM memberload.run WHERE run_id = id FOR UPDATE;
    UPDATE memberload.slice SET is_done = true, worker_id = 0 WHERE run_id = id AND slice = n AND worker_id = me;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM memberload.add_calls(id, calls);
    -- Done by whoever was at hand: its own job, if it still waits, has nothing to do.
    PERFORM memberload_jobs.remove_job(j.key) FROM memberload_jobs.jobs AS j
    WHERE j.key = finish_slice.id || '/' || n AND j.locked_at IS NULL;
    IF n = 0 THEN
      PERFORM memberload.queue_slice(id, slice, 0) FROM memberload.slice WHERE run_id = id AND NOT is_done ORDER BY slice;
    END IF;
    IF NOT EXISTS (SELECT FROM memberload.slice WHERE run_id = id AND NOT is_done) THEN
      PERFORM memberload.queue_slice(id, -1, 0);
    END IF;
    RETURN true;
  END $$;

  -- Lets go of a slice that is not done. Handed-out rows wait for a worker until that time.
  CREATE OR REPLACE FUNCTION memberload.release_slice(me bigint, id text, n bigint, at_ms bigint, calls jsonb) RETURNS void
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM memberload.make_durable();
    UPDATE memberload.slice SET worker_id = 0 WHERE run_id = id AND slice = n AND worker_id = me;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM memberload.add_calls(id, calls);
    IF memberload.stop_of(id) IS NULL THEN PERFORM memberload.queue_slice(id, n, at_ms); END IF;
  END $$;

  -- Stops the run for everybody who works on a slice of it: nobody begins a call of it any more.
  CREATE OR REPLACE FUNCTION memberload.stop_run(me bigint, id text, why text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM memberload.make_durable();
    -- Who was out of touch for too long stops alone: others take its slice over.
    UPDATE memberload.run SET stop_json = why WHERE run_id = id AND stop_json = '' AND memberload.is_alive(me)
      AND EXISTS (SELECT FROM memberload.slice AS s WHERE s.run_id = id AND NOT s.is_done AND s.worker_id = me);
    IF FOUND THEN PERFORM memberload.queue_slice(id, -1, 0); END IF;
  END $$;

  -- The run is a person's: workers leave it alone from now on, whatever has stopped them; or they stop for this reason.
  CREATE OR REPLACE FUNCTION memberload.take_back(id text, why text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM memberload.make_durable();
    UPDATE memberload.run SET stop_json = why WHERE run_id = id AND stop_json <> why;
    UPDATE memberload.run SET is_handed_out = false WHERE run_id = id AND is_handed_out;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM memberload_jobs.remove_job(j.key) FROM memberload_jobs.jobs AS j
    WHERE starts_with(j.key, take_back.id || '/') AND j.locked_at IS NULL;
  END $$;

  -- The engine may lose a job, also when a worker that was taken for dead comes back and says that it is done. So jobs
  -- that are missing are added again. Returns how many.
  CREATE OR REPLACE FUNCTION memberload.add_lost_jobs() RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    added bigint;
  BEGIN
    SELECT count(memberload.queue_slice(wanted.run_id, wanted.n, 0)) INTO added FROM (
      SELECT r.run_id, s.slice AS n FROM memberload.run AS r JOIN memberload.slice AS s USING (run_id)
      WHERE r.is_handed_out AND r.state = 'running' AND r.stop_json = '' AND NOT s.is_done
        AND NOT memberload.is_alive(s.worker_id)
        AND (s.slice = 0 OR NOT EXISTS (SELECT FROM memberload.slice AS z WHERE z.run_id = r.run_id AND z.slice = 0 AND NOT z.is_done))
      UNION ALL
      SELECT r.run_id, -1 FROM memberload.run AS r
      WHERE r.is_handed_out AND r.state NOT IN ('finished', 'cancelled')
        AND NOT (r.is_claimed AND memberload.is_alive(r.worker_id))
        AND (r.stop_json <> '' OR NOT EXISTS (SELECT FROM memberload.slice AS s WHERE s.run_id = r.run_id AND NOT s.is_done))
    ) AS wanted
    -- A job that has failed too often is begun anew.
    WHERE NOT EXISTS (SELECT FROM memberload_jobs.jobs AS j
      WHERE j.key = wanted.run_id || '/' || wanted.n AND j.attempts < j.max_attempts);
    RETURN added;
  END $$;
`;
