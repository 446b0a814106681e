 WHERE t.office_id = $1 AND t.occurred_at >= $2 AND t.occurred_at < $3
   AND ($4::int IS NULL OR g.party_ids[1] = $4)
   AND ($5::timestamptz IS NULL OR (t.occurred_at, t.batch_id, t.line) > ($5, $6, $7))
 ORDER BY t.occurred_at, t.batch_id, t.line
 LIMIT $8
