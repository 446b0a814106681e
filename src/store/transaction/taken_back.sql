SELECT t.batch_id * 16384 + t.line AS id, t.original_id, t.principal, t.allocation_id, a.original_ordinal, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts
FROM transactions t
JOIN allocations a ON a.id = t.allocation_id
WHERE t.original_id = ANY ($1) AND t.kind IN (2, 3)
