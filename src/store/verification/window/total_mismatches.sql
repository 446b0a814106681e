-- Follows the lines that the transactions of window $1 make, as `made`. $2 rows at most. What nobody plays a role in is
-- in no total.
stored AS (
    SELECT t.party_id, t.deposit_identifier, t.unit_id, t.earlier,
           line.service_id, line.side, line.transaction_kind, line.component_kind, line.items, line.amount
      FROM window_totals t
     CROSS JOIN LATERAL unnest(t.service_ids, t.sides, t.transaction_kinds, t.component_kinds, t.counts, t.sums)
           AS line (service_id, side, transaction_kind, component_kind, items, amount)
     WHERE t.window_id = $1
)
SELECT party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind,
       s.items AS stored_items, s.amount AS stored_amount, m.items, m.amount
  FROM stored s
  FULL JOIN made m USING (party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind)
 WHERE (s.items, s.amount) IS DISTINCT FROM (m.items, m.amount)
 ORDER BY party_id, deposit_identifier, unit_id, earlier, service_id, side, transaction_kind, component_kind
 LIMIT $2
