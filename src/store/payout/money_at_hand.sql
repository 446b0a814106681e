-- What the books show in the bank account of network $1 in unit $2, less what has left it and the bank has not answered for.
-- One statement, so that an answer which is being written is seen on both sides or on neither.
SELECT (coalesce((SELECT -sum(e.amount) FROM accounts a JOIN entries e ON e.account_id = a.id
                   WHERE a.network_id = $1 AND a.unit_id = $2 AND a.kind = 'bank'), 0)
      - coalesce((SELECT sum(o.amount) FROM payouts o
                   WHERE o.network_id = $1 AND o.unit_id = $2 AND o.state = 'released'), 0))::bigint AS amount
