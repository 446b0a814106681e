-- What each party earned and collected in sealed window $1, per destination and unit.
SELECT w.party_id, w.deposit_identifier, w.unit_id,
       (sum(line.amount) FILTER (WHERE line.side = 1))::bigint AS earned,
       (sum(line.amount) FILTER (WHERE line.side = 2))::bigint AS collected
  FROM window_totals w
 CROSS JOIN LATERAL unnest(w.sides, w.sums) AS line (side, amount)
 WHERE w.window_id = $1
 GROUP BY 1, 2, 3
