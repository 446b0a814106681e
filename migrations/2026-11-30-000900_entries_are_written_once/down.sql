DROP TRIGGER refuse_late_entries ON entries;
DROP FUNCTION refuse_late_entries();
CREATE INDEX entries_of_an_account ON entries (account_id, journal_id);
ALTER TABLE entries DROP CONSTRAINT a_journal_says_each_thing_once;
