-- What was remitted by and returned to each destination in window $1.
SELECT party_id, deposit_identifier, unit_id,
       sum(remitted)::bigint AS remitted, sum(returned)::bigint AS returned
  FROM (SELECT r.party_id, r.deposit_identifier, r.unit_id, r.amount AS remitted, 0 AS returned
          FROM remittances r WHERE r.window_id = $1
        UNION ALL
        SELECT p.party_id, p.deposit_identifier, p.unit_id, 0, p.amount
          FROM payout_answers a JOIN payouts p ON p.id = a.payout_id
         WHERE a.window_id = $1 AND a.outcome = 'returned') incoming
 GROUP BY 1, 2, 3
