-- Parts have allocations of their own and the whole has the original's: none of them takes back twice. The office, which is the
-- original's, keeps the table one that can be sharded by it.
CREATE UNIQUE INDEX an_allocation_takes_back_of_an_original_once ON transactions (original_id, allocation_id, office_id)
 WHERE original_id IS NOT NULL;
-- The new one begins with the same column.
DROP INDEX transactions_that_take_back;
