-- Parts have allocations of their own and the whole has the original's: none of them takes back twice. The office, which is the
-- original's, keeps the table one that can be sharded by it.
DO $$
DECLARE
    twice bigint;
BEGIN
    CREATE UNIQUE INDEX an_allocation_takes_back_of_an_original_once ON transactions (original_id, allocation_id, office_id)
     WHERE original_id IS NOT NULL;
EXCEPTION WHEN unique_violation THEN
    SELECT t.original_id INTO twice FROM transactions t WHERE t.original_id IS NOT NULL
     GROUP BY t.original_id, t.allocation_id, t.office_id HAVING count(*) > 1
     ORDER BY t.original_id LIMIT 1;
    RAISE EXCEPTION 'of original % the same was taken back twice: find out who did it, and take what is too much out of the books, before this schema', twice
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'an_allocation_takes_back_of_an_original_once', TABLE = 'transactions';
END
$$;
-- The new one begins with the same column.
DROP INDEX transactions_that_take_back;
