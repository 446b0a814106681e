-- A copy of a journal's entries balances as they do: so no journal says a thing twice, and nothing is added to one later.
DO $$
DECLARE
    copied bigint;
BEGIN
    ALTER TABLE entries ADD CONSTRAINT a_journal_says_each_thing_once
        UNIQUE (account_id, journal_id, side, transaction_kind, component_kind);
EXCEPTION WHEN unique_violation THEN
    SELECT e.journal_id INTO copied FROM entries e
     GROUP BY e.account_id, e.journal_id, e.side, e.transaction_kind, e.component_kind HAVING count(*) > 1
     ORDER BY e.journal_id LIMIT 1;
    RAISE EXCEPTION 'journal % says a thing twice, as if its entries had been copied: find out who wrote them, and take what is not of the journal out of the books, before this schema', copied
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'a_journal_says_each_thing_once', TABLE = 'entries';
END
$$;
-- The constraint's index begins with the same columns.
DROP INDEX entries_of_an_account;

CREATE FUNCTION refuse_late_entries() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    added_to bigint;
BEGIN
    SELECT w.journal_id INTO added_to
      FROM written w GROUP BY w.journal_id HAVING min(w.line) <> 1 OR max(w.line) <> count(*) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entries of journal % are written at once, their lines from 1 without a gap', added_to
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_of_a_journal_are_written_at_once', TABLE = 'entries';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_late_entries() IS 'The lines of a journal begin at 1 in each statement: entries that were added later would have to begin there again, which the primary key refuses.';
CREATE TRIGGER refuse_late_entries AFTER INSERT ON entries
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_entries();
ALTER TABLE entries ENABLE ALWAYS TRIGGER refuse_late_entries;
