-- The names of all jobs that ever ran: one step through the index of (job, slot) for each, however often it ran.
WITH RECURSIVE stepped AS (
    (SELECT r.job FROM job_runs r ORDER BY r.job LIMIT 1)
    UNION ALL
    SELECT (SELECT r.job FROM job_runs r WHERE r.job > s.job ORDER BY r.job LIMIT 1) FROM stepped s WHERE s.job IS NOT NULL
)
SELECT s.job FROM stepped s WHERE s.job IS NOT NULL
