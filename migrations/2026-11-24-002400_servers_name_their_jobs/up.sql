-- A job of a timetable of one's own is known before it has run.
ALTER TABLE servers ADD COLUMN jobs text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN servers.jobs IS 'Names of the jobs in its timetable.';
