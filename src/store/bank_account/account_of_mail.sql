-- The account $1 of a mail that was queued at $2, its party, and the time zone in which the mail names moments.
SELECT b.id, b.iban, b.valid_from, b.valid_until, b.made_by, b.cooled_off_at,
       p.name_fa AS party_fa, p.name_en AS party_en, coalesce(n.time_zone, 'UTC') AS time_zone
  FROM bank_accounts b
  JOIN parties p ON p.id = b.party_id
  LEFT JOIN LATERAL (
       SELECT n.time_zone FROM networks n
        ORDER BY EXISTS (SELECT FROM payouts o WHERE o.party_id = b.party_id AND o.network_id = n.id AND o.made_at <= $2) DESC, n.id
        LIMIT 1) n ON true
 WHERE b.id = $1
