-- The remittances and returned payouts of the parties $2 in window $1, one by one.
SELECT r.party_id, r.unit_id, r.deposit_identifier, 'remitted' AS kind, j.posted_at AS booked_at,
       r.bank_reference AS reference, '' AS reason, r.amount
  FROM remittances r
  JOIN journals j ON j.kind = 'remittance' AND j.cause_id = r.id AND j.party_id = r.party_id
 WHERE r.window_id = $1 AND r.party_id = ANY ($2)
UNION ALL
SELECT p.party_id, p.unit_id, p.deposit_identifier, 'returned', a.answered_at, a.bank_reference, a.reason, p.amount
  FROM payout_answers a JOIN payouts p ON p.id = a.payout_id
 WHERE a.window_id = $1 AND a.outcome = 'returned' AND p.party_id = ANY ($2)
