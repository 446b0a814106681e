SELECT spare_batch_ids, spare_allocation_ids FROM book_originals($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
