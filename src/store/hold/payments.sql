-- Settlements of network $1 from the window $3 on and before the window $4 that carried nothing payable of a destination of the
-- parties $2, and the window until $4 in which their payout came back: few did, and a payout that has not is found at once.
SELECT p.party_id, p.deposit_identifier, p.unit_id, w.ordinal, s.decided_at AS approved_at, p.paid,
       CASE WHEN p.paid > 0 AND NOT EXISTS (
                SELECT FROM payouts o
                 WHERE o.party_id = p.party_id AND o.deposit_identifier = p.deposit_identifier AND o.settlement_id = s.id
                   AND o.unit_id = p.unit_id AND o.state <> 'returned')
            THEN (SELECT max(r.ordinal)
                    FROM payouts o
                    JOIN payout_answers a ON a.payout_id = o.id AND a.outcome = 'returned'
                    JOIN windows r ON r.id = a.window_id AND r.ordinal <= $4
                   WHERE o.settlement_id = s.id AND o.party_id = p.party_id AND o.deposit_identifier = p.deposit_identifier
                     AND o.unit_id = p.unit_id)
       END AS returned_in
  FROM settlements s
  JOIN windows w ON w.id = s.window_id AND w.ordinal >= $3 AND w.ordinal < $4
  JOIN positions p ON p.settlement_id = s.id AND p.party_id = ANY ($2) AND p.carried_cycles = 0
 WHERE s.network_id = $1 AND s.state = 'approved'
 ORDER BY w.ordinal
