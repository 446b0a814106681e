-- The jobs that workers seen since $1 follow, each with its newest run where it has one.
SELECT followed.job, newest.state, newest.claimed_at, newest.finished_at
  FROM (SELECT DISTINCT unnest(s.jobs) AS job FROM servers s WHERE s.seen_at >= $1) followed
  LEFT JOIN LATERAL (SELECT r.state, r.claimed_at, r.finished_at FROM job_runs r
                      WHERE r.job = followed.job ORDER BY r.slot DESC LIMIT 1) newest ON true
 ORDER BY followed.job
