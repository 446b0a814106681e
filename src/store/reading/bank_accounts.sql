-- The newest $4 bank accounts: of party $1 unless that is NULL; where $2, only those that wait at $3 for an approval.
SELECT b.id, b.iban, b.valid_from, b.valid_until, b.made_by, b.cooled_off_at, p.code AS party, b.deposit_identifier,
       m.code AS maker, a.code AS approver, e.code AS ender
  FROM bank_accounts b
  JOIN parties p ON p.id = b.party_id
  LEFT JOIN originators m ON m.id = b.made_by
  LEFT JOIN originators a ON a.id = b.approved_by
  LEFT JOIN originators e ON e.id = b.ended_by
 WHERE ($1 IS NULL OR b.party_id = $1)
   AND (NOT $2 OR (b.made_by IS NOT NULL AND b.approved_by IS NULL
                   AND (b.valid_until IS NULL OR b.valid_until > greatest(b.valid_from, $3))))
 ORDER BY b.id DESC
 LIMIT $4
