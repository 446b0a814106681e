-- The application changes the columns that have states, and no other: neither an account number nor a name or code.
REVOKE UPDATE ON parties, bank_accounts, networks, network_rules, tokens, offices, tariff_versions, quarantine, submissions,
    settlements, payouts, outbox, job_runs, servers FROM daftar_app;
GRANT UPDATE (email) ON parties TO daftar_app;
GRANT UPDATE (calendar) ON networks TO daftar_app;
GRANT UPDATE (version) ON network_rules TO daftar_app;
GRANT UPDATE (revoked_at) ON tokens TO daftar_app;
GRANT UPDATE (state, approved_by, valid_until) ON tariff_versions TO daftar_app;
GRANT UPDATE (state, decided_by, decided_at, note) ON quarantine TO daftar_app;
GRANT UPDATE (booked, repeated, quarantined, conflicting, refused, malformed, finished_at) ON submissions TO daftar_app;
GRANT UPDATE (state, decided_by, decided_at, reason) ON settlements TO daftar_app;
GRANT UPDATE (state, iban, released_at) ON payouts TO daftar_app;
GRANT UPDATE (message_id, state, attempts, next_attempt_at, lease_until, fencing, finished_at, last_answer, queued_again_at,
              queued_again_by) ON outbox TO daftar_app;
GRANT UPDATE (state, worker, fencing, attempts, claimed_at, lease_until, finished_at, outcome) ON job_runs TO daftar_app;
GRANT UPDATE (timetable_digest, seen_at, jobs) ON servers TO daftar_app;
