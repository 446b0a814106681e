-- Follows `lines`, which the transactions of window $1 make. $2 rows at most. What nobody plays a role in is in no total.
, made AS (
    SELECT nullif((line.purse >> 32)::integer, 0) AS party_id, p.deposit_identifier, p.unit_id, line.purse & 1 = 1 AS earlier,
           a.service_id, ((line.article >> 3 & 1) + 1)::smallint AS side, (line.article & 7)::smallint AS transaction_kind,
           a.component_kind, line.items, line.amount
      FROM lines line
      JOIN purses p ON p.purse = line.purse & 4294967294
      JOIN articles a ON a.article = line.article >> 4 << 4
), stored AS (
    SELECT party_id, deposit_identifier, unit_id, earlier, unnest(service_ids) AS service_id, unnest(sides) AS side,
           unnest(transaction_kinds) AS transaction_kind, unnest(component_kinds) AS component_kind,
           unnest(counts) AS items, unnest(sums) AS amount
      FROM window_totals WHERE window_id = $1
)
SELECT party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind,
       s.items AS stored_items, s.amount AS stored_amount, m.items, m.amount
  FROM stored s
  FULL JOIN made m USING (party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind)
 WHERE (s.items, s.amount) IS DISTINCT FROM (m.items, m.amount)
 ORDER BY party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind
 LIMIT $2
