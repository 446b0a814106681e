SELECT set_config('synchronous_commit', 'off', true), facts_ids, allocation_ids
FROM intern_answers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
