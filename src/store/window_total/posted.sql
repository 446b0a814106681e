-- What the journals of sealed window $1 post: its totals without the services.
SELECT w.party_id, w.deposit_identifier, w.unit_id, line.side, line.transaction_kind, line.component_kind,
       sum(line.items)::bigint AS items, sum(line.amount)::bigint AS amount
  FROM window_totals w
 CROSS JOIN LATERAL unnest(w.sides, w.transaction_kinds, w.component_kinds, w.counts, w.sums)
       AS line (side, transaction_kind, component_kind, items, amount)
 WHERE w.window_id = $1
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 1, 2, 3, 4, 5, 6
