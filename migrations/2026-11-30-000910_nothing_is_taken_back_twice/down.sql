CREATE INDEX transactions_that_take_back ON transactions (original_id) WHERE original_id IS NOT NULL;
DROP INDEX an_allocation_takes_back_of_an_original_once;
