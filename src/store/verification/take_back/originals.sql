-- The transactions of the ids $1, which are of the batches $2 to $3: an index knows of a range where it lies. An id is
-- batch × 16384 + line.
SELECT o.id, t.kind, t.office_id, t.service_id, t.network_id, t.binding_id, t.facts_id, t.allocation_id, t.principal
  FROM unnest($1::bigint[]) AS o (id)
  JOIN transactions t ON t.batch_id = o.id >> 14 AND t.line = (o.id & 16383)
 WHERE t.batch_id BETWEEN $2 AND $3
