SELECT coalesce(sum(e.amount), 0)::bigint AS amount
FROM accounts a JOIN entries e ON e.account_id = a.id
WHERE a.network_id = $1 AND a.unit_id = $2 AND a.kind = $3 AND coalesce(a.party_id, 0) = $4
  AND a.deposit_identifier = $5 AND coalesce(a.window_id, 0) = $6
