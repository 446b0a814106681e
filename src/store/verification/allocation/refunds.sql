SELECT a.original_id, a.original_ordinal, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts,
       EXISTS (SELECT FROM transactions t WHERE t.original_id = a.original_id AND t.allocation_id = a.id) AS is_used
  FROM allocations a
 WHERE a.kind = 2 AND a.original_id = ANY ($1)
 ORDER BY a.original_id, a.original_ordinal
