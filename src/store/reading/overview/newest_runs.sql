SELECT newest.job, newest.state, newest.claimed_at, newest.finished_at
  FROM jobs j
 CROSS JOIN LATERAL (SELECT r.job, r.state, r.claimed_at, r.finished_at FROM job_runs r
                      WHERE r.job = j.job ORDER BY r.slot DESC LIMIT 1) newest
 ORDER BY newest.job
