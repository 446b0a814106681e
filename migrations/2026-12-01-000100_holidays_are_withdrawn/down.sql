-- Without this table every holiday that was ever entered stands.
DO $$
DECLARE
    called_off record;
BEGIN
    SELECT r.calendar, r.day INTO called_off FROM holiday_revisions r
     WHERE r.withdrawn
       AND NOT EXISTS (SELECT FROM holiday_revisions l WHERE l.calendar = r.calendar AND l.day = r.day AND l.ordinal > r.ordinal)
     ORDER BY r.calendar, r.day LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'holiday % of % was withdrawn, and would move due dates again', called_off.day, called_off.calendar;
    END IF;
END
$$;
DROP TABLE holiday_revisions;
DROP FUNCTION revise_holiday_in_turn();
DROP FUNCTION seal_holiday_revisions();
-- Its seals say of rows that are gone that they were there.
ALTER TABLE row_seals DISABLE TRIGGER append_only;
DELETE FROM row_seals WHERE relation = 'holiday_revisions';
ALTER TABLE row_seals ENABLE ALWAYS TRIGGER append_only;
