SELECT licence_id, party_id, deposit_identifier, unit_id, ordinal, occurred_at, received_at, sum(amount)::bigint AS amount
  FROM own
 GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(amount) <> 0
