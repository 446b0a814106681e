-- Taken back from a table, a right is taken back from its columns too.
REVOKE UPDATE ON parties, networks, network_rules, tokens, tariff_versions, quarantine, submissions, settlements, payouts, outbox,
    job_runs, servers FROM daftar_app;
GRANT UPDATE ON parties, bank_accounts, networks, network_rules, tokens, offices, tariff_versions, quarantine, submissions,
    settlements, payouts, outbox, job_runs, servers TO daftar_app;
