-- Runs of scheduled jobs, claimed once per slot, and the proof that servers follow one timetable.
CREATE TABLE job_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL,
    slot timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'running' CONSTRAINT job_state_is_known CHECK (state IN ('running', 'succeeded', 'failed')),
    worker text NOT NULL,
    fencing bigint NOT NULL DEFAULT 1,
    attempts smallint NOT NULL DEFAULT 1,
    claimed_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    CONSTRAINT one_run_per_job_and_slot UNIQUE (job, slot),
    CONSTRAINT a_finished_run_says_when CHECK ((state = 'running') = (finished_at IS NULL))
);
COMMENT ON TABLE job_runs IS 'One row per job and slot: whoever inserts it runs it; a lapsed lease may be taken over under a higher fencing number.';

CREATE TABLE servers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL CONSTRAINT worker_names_are_unique UNIQUE,
    timetable_digest bytea NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE servers IS 'Servers that run jobs, with the digest of their timetable: two that differ refuse to run beside each other.';

CREATE TABLE verifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    window_id integer REFERENCES windows,
    verified_at timestamptz NOT NULL,
    agreed boolean NOT NULL,
    findings text NOT NULL DEFAULT ''
);
CREATE INDEX verifications_of_a_window ON verifications (window_id, verified_at);
COMMENT ON TABLE verifications IS 'Which window was recomputed when, and what did not agree.';
COMMENT ON COLUMN verifications.window_id IS 'Empty where the register and the books as a whole were recomputed.';

SELECT make_append_only('verifications');
GRANT SELECT, INSERT, UPDATE ON job_runs, servers TO daftar_app;
GRANT DELETE ON servers TO daftar_app;
