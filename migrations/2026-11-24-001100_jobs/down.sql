DROP TABLE verifications, servers, job_runs;
