-- The transactions of the ids $1 with both sides of their allocations. An id is batch × 16384 + line.
SELECT o.id AS original_id, a.tariff_version_id, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts
  FROM unnest($1::bigint[]) AS o (id)
  JOIN transactions t ON t.batch_id = o.id >> 14 AND t.line = (o.id & 16383)
  JOIN allocations a ON a.id = t.allocation_id
