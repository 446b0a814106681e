SELECT set_config('synchronous_commit', 'off', true), facts_ids, allocation_ids FROM intern_answers($1, $2)
