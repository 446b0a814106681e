-- The active holds of network $1, per destination, unit and cause.
SELECT m.party_id, m.deposit_identifier, m.unit_id, m.cause, sum(m.amount)::bigint AS amount
  FROM hold_movements m JOIN settlements s ON s.id = m.settlement_id
 WHERE s.network_id = $1
 GROUP BY 1, 2, 3, 4
HAVING sum(m.amount) <> 0
