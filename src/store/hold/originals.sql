SELECT id, licence_id, party_id, deposit_identifier, unit_id, ordinal, occurred_at, received_at, sum(amount)::bigint AS amount
  FROM own
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING bool_or(sign > 0)
