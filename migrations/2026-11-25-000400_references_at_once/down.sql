DROP TRIGGER refuse_dangling ON accounts;
DROP TRIGGER refuse_dangling ON journals;
DROP TRIGGER refuse_dangling ON entries;
DROP TRIGGER refuse_dangling ON window_totals;
DROP FUNCTION refuse_dangling_accounts(), refuse_dangling_journals(), refuse_dangling_entries(), refuse_dangling_window_totals(),
    check_references_at_once(regclass);
ALTER TABLE accounts
    ADD CONSTRAINT accounts_network_id_fkey FOREIGN KEY (network_id) REFERENCES networks,
    ADD CONSTRAINT accounts_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES currency_units,
    ADD CONSTRAINT accounts_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties,
    ADD CONSTRAINT accounts_window_id_fkey FOREIGN KEY (window_id) REFERENCES windows;
ALTER TABLE journals
    ADD CONSTRAINT journals_network_id_fkey FOREIGN KEY (network_id) REFERENCES networks,
    ADD CONSTRAINT journals_window_id_fkey FOREIGN KEY (window_id) REFERENCES windows,
    ADD CONSTRAINT journals_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties,
    ADD CONSTRAINT journals_originator_id_fkey FOREIGN KEY (originator_id) REFERENCES originators;
ALTER TABLE entries
    ADD CONSTRAINT entries_journal_id_fkey FOREIGN KEY (journal_id) REFERENCES journals,
    ADD CONSTRAINT entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts;
ALTER TABLE window_totals
    ADD CONSTRAINT window_totals_window_id_fkey FOREIGN KEY (window_id) REFERENCES windows,
    ADD CONSTRAINT window_totals_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties,
    ADD CONSTRAINT window_totals_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES currency_units;
