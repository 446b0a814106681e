ALTER TABLE job_runs ADD COLUMN by_hand boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN job_runs.by_hand IS 'Somebody asked for it: its slot is that moment, not one of the timetable, and makes up for none that was missed.';
