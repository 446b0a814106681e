-- Follows `lines`, which the transactions of window $1 make. $2 rows at most. What nobody plays a role in is in no total.
, made AS (
    SELECT nullif((line.purse >> 32)::integer, 0) AS party_id, p.deposit_identifier, p.unit_id, line.purse & 1 = 1 AS earlier,
           a.service_id, ((line.article >> 3 & 1) + 1)::smallint AS side, (line.article & 7)::smallint AS transaction_kind,
           a.component_kind, line.items, line.amount
      FROM lines line
      JOIN purses p ON p.purse = line.purse & 4294967294
      JOIN articles a ON a.article = line.article >> 4 << 4
), stored AS (
    SELECT t.party_id, t.deposit_identifier, t.unit_id, t.earlier, line.*
      FROM window_totals t
     CROSS JOIN LATERAL unnest(t.service_ids, t.sides, t.transaction_kinds, t.component_kinds, t.counts, t.sums)
           AS line (service_id, side, transaction_kind, component_kind, items, amount)
     WHERE t.window_id = $1
       AND (line.service_id + line.side + line.transaction_kind) IS NOT NULL AND line.component_kind IS NOT NULL
)
SELECT party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind,
       s.items AS stored_items, s.amount AS stored_amount, m.items, m.amount
  FROM stored s
  FULL JOIN made m USING (party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind)
 WHERE (s.items, s.amount) IS DISTINCT FROM (m.items, m.amount)
 ORDER BY party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind
 LIMIT $2
